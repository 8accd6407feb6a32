package io.phalanx.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Turns text into YAML nodes that know their lines; does not interpret them. */
final class YamlTree {
  /** Deeper than any setting; composing is recursive, so depth must be bounded before it. */
  private static final int DEPTH_MAX = 32;

  /** Connections may share their children or proposals by an alias. */
  private static final int ALIASES_MAX = 4096;

  private YamlTree() {}

  /** The root, or empty with the fault in {@code report}. */
  static Optional<Node> read(String text, Report report) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel("configuration")
            .setMaxAliasesForCollections(ALIASES_MAX)
            .build();
    try {
      return flatEnough(text, settings, report)
          ? new Compose(settings).composeString(text)
          : Optional.empty();
    } catch (MarkedYamlEngineException e) {
      report.error(syntaxError(e.getProblemMark().or(e::getContextMark), e.getContext()));
      return Optional.empty();
    } catch (RuntimeException e) {
      // The library's other complaints (a character that YAML does not allow, a wrong directive)
      // have no place, and their text may quote a secret.
      report.error(syntaxError(Optional.empty(), ""));
      return Optional.empty();
    }
  }

  private static boolean flatEnough(String text, LoadSettings settings, Report report) {
    int depth = 0;
    int documents = 0;
    boolean content = false;
    for (Event event : new Parse(settings).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case DocumentStart -> documents++;
        case Scalar, Alias -> content = true;
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
      }
      if (depth > DEPTH_MAX || documents > 1) {
        report.error(
            at(
                event.getStartMark(),
                depth > DEPTH_MAX ? "too deeply nested" : "a second document",
                depth > DEPTH_MAX ? "close brackets and indent less" : "remove the line ---"));
        return false;
      }
    }
    if (!content) {
      report.error(
          new ConfigError(0, 0, "", "the file is empty", "begin with the settings of the member"));
    }
    return content;
  }

  /**
   * The library's own problem text is left out: for some faults it quotes the value, which may be a
   * secret. Its context never does.
   */
  private static ConfigError syntaxError(Optional<Mark> place, String context) {
    String doing = context != null && context.startsWith("while ") ? " (" + context + ")" : "";
    return at(
        place,
        "this is not YAML" + doing,
        "check indentation (spaces, no tabs), colons, brackets and quotes here and just above;"
            + " quote values that begin with a special character");
  }

  private static ConfigError at(Optional<Mark> place, String problem, String remedy) {
    return new ConfigError(
        place.map(mark -> mark.getLine() + 1).orElse(0),
        place.map(mark -> mark.getColumn() + 1).orElse(0),
        "",
        problem,
        remedy);
  }
}
