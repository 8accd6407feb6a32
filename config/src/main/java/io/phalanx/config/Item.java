package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Parsed;
import io.phalanx.config.text.Quantities;
import io.phalanx.config.text.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value somewhere in the file. Reading it as something it is not reports an error and gives a
 * made-up value; so does reading an item that is absent, but silently, as its absence has been
 * reported.
 */
final class Item {
  private final Optional<Node> node;
  private final String path;
  private final int line;
  private final int column;
  private final Report report;

  private Item(Optional<Node> node, String path, int line, int column, Report report) {
    this.node = node;
    this.path = path;
    this.line = line;
    this.column = column;
    this.report = report;
  }

  static Item of(Node node, String path, Report report) {
    Optional<Mark> mark = node.getStartMark();
    return new Item(
        Optional.of(node),
        path,
        mark.map(Mark::getLine).orElse(-1) + 1,
        mark.map(Mark::getColumn).orElse(-1) + 1,
        report);
  }

  /** A missing value of the key {@code key} in the mapping at this place. */
  Item absent(String key) {
    return new Item(Optional.empty(), childPath(key), line, column, report);
  }

  Item child(String key, Node value) {
    return of(value, childPath(key), report);
  }

  String path() {
    return path;
  }

  private String childPath(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  void error(String problem, String remedy) {
    report.error(new ConfigError(line, column, path, problem, remedy));
  }

  void warning(String problem, String remedy) {
    report.warning(new ConfigError(line, column, path, problem, remedy));
  }

  /** The value as a mapping; a key that is not in {@code keys} is an error. */
  Section section(String... keys) {
    return Section.of(this, mapping(), List.of(keys));
  }

  private Optional<MappingNode> mapping() {
    return switch (node.orElse(null)) {
      case null -> Optional.empty();
      case MappingNode mapping -> Optional.of(mapping);
      case Node _ -> {
        error("a group of settings is expected", "write key: value lines, indented below it");
        yield Optional.empty();
      }
    };
  }

  /** The values of a list. */
  List<Item> list(int countMin, int countMax) {
    return switch (node.orElse(null)) {
      case null -> List.of();
      case SequenceNode sequence -> {
        int count = sequence.getValue().size();
        if (count < countMin || count > countMax) {
          error(
              "a list of " + count + " entries",
              "give it " + countMin + " to " + countMax + " entries");
          yield List.of();
        }
        List<Item> items = new ArrayList<>(count);
        for (Node value : sequence.getValue()) {
          items.add(of(value, path + "[" + items.size() + "]", report));
        }
        yield List.copyOf(items);
      }
      case Node _ -> {
        error("a list is expected", "write it in brackets: [first, second]");
        yield List.of();
      }
    };
  }

  /** The entry of this list at {@code index}, if that is what it is; else the item itself. */
  Item entry(int index) {
    return node.filter(SequenceNode.class::isInstance)
        .map(list -> ((SequenceNode) list).getValue())
        .filter(values -> index < values.size())
        .map(values -> of(values.get(index), path + "[" + index + "]", report))
        .orElse(this);
  }

  /** The value as it is written, if it is a single one; reports nothing. */
  Optional<String> quietText() {
    return node.filter(ScalarNode.class::isInstance).map(value -> ((ScalarNode) value).getValue());
  }

  /** The value as it is written. */
  Optional<String> text() {
    return switch (node.orElse(null)) {
      case null -> Optional.empty();
      case ScalarNode scalar
          when scalar.getTag().equals(Tag.NULL) || scalar.getValue().isEmpty() -> {
        error("the value is missing", "write one after the colon, or remove the key");
        yield Optional.empty();
      }
      case ScalarNode scalar -> Optional.of(scalar.getValue());
      case Node _ -> {
        error("a single value is expected", "write one, in quotes if it holds [ ] { } or a colon");
        yield Optional.empty();
      }
    };
  }

  /** The value as read by {@code parser}; {@code madeUp} after an error. */
  <T> T read(Function<String, Parsed<T>> parser, T madeUp) {
    return switch (text().map(parser).orElse(null)) {
      case null -> madeUp;
      case Parsed.Value<T>(var value) -> value;
      case Parsed.Fault<T>(var problem, var remedy) -> {
        error(problem, remedy);
        yield madeUp;
      }
    };
  }

  int integer(int min, int max) {
    return (int) number(Quantities::integer, min, max);
  }

  /** A number that {@code parser} reads, from 0 to 2^62. */
  long count(Function<String, Parsed<Long>> parser) {
    return number(parser, 0, 1L << 62);
  }

  private long number(Function<String, Parsed<Long>> parser, long min, long max) {
    return read(
        text ->
            parser
                .apply(text)
                .then(
                    number ->
                        number < min || number > max
                            ? Parsed.<Long>fault(
                                number + " is out of range", "use " + min + " to " + max)
                            : Parsed.value(number)),
        min);
  }

  double decimal(double min, double max) {
    return read(
        text ->
            Quantities.decimal(text)
                .then(
                    number ->
                        number < min || number > max
                            ? Parsed.<Double>fault(
                                number + " is out of range", "use " + min + " to " + max)
                            : Parsed.value(number)),
        min);
  }

  Duration duration(Duration min, Duration max) {
    return duration(min, max, false);
  }

  /** The same; zero, written 0 or never, is allowed besides. */
  Duration durationOrNever(Duration min, Duration max) {
    return duration(min, max, true);
  }

  private Duration duration(Duration min, Duration max, boolean zeroToo) {
    return read(
        text ->
            Quantities.duration(text)
                .then(
                    duration ->
                        (zeroToo && duration.isZero())
                                || (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0)
                            ? Parsed.value(duration)
                            : Parsed.<Duration>fault(
                                Quantities.text(duration) + " is out of range",
                                "use "
                                    + Quantities.text(min)
                                    + " to "
                                    + Quantities.text(max)
                                    + (zeroToo ? ", or never" : ""))),
        max);
  }

  boolean flag() {
    return choice(Map.of("true", true, "false", false), false);
  }

  <T> T choice(Map<String, T> choices, T madeUp) {
    return read(
        text -> {
          T chosen = choices.get(text);
          List<String> sorted = choices.keySet().stream().sorted().toList();
          return chosen != null
              ? Parsed.value(chosen)
              : Parsed.fault(
                  quote(text) + " is not known here",
                  Words.nearest(text, sorted)
                      .map(near -> "did you mean " + near + "? Use one of ")
                      .orElse("use one of ")
                      .concat(String.join(", ", sorted)));
        },
        madeUp);
  }
}
