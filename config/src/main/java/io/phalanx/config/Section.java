package io.phalanx.config;

import io.phalanx.config.text.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping with the keys it may have. */
final class Section {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{1,40}");

  private final Item place;
  private final boolean present;
  private final List<String> known;
  private final Map<String, Item> values = new LinkedHashMap<>();

  private Section(Item place, boolean present, List<String> known) {
    this.place = place;
    this.present = present;
    this.known = known;
  }

  /** Without a mapping every key is absent and none is missed. */
  static Section of(Item place, Optional<MappingNode> mapping, List<String> known) {
    Section section = new Section(place, mapping.isPresent(), known);
    mapping.ifPresent(node -> node.getValue().forEach(section::take));
    return section;
  }

  private void take(NodeTuple entry) {
    if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
      place.child("?", entry.getKeyNode()).error("a key must be a word", remedyForUnknown(""));
      return;
    }
    String key = keyNode.getValue();
    if (!known.contains(key)) {
      place.child(shown(key), keyNode).error("unknown key", remedyForUnknown(key));
    } else if (values.putIfAbsent(key, place.child(key, entry.getValueNode())) != null) {
      place.child(key, keyNode).error("the key is there twice", "remove one of the two");
    }
  }

  /**
   * Where a secret is, a forgotten colon or the space behind it makes the secret a part of a key;
   * so only what resembles a known key is shown there.
   */
  private String shown(String key) {
    boolean showable = !known.contains("secret") || Words.nearest(key, known).isPresent();
    return showable && WORD.matcher(key).matches() ? key : "?";
  }

  private String remedyForUnknown(String key) {
    return Words.nearest(key, known)
        .map(near -> "did you mean " + near + "?")
        .orElse("use " + String.join(", ", known));
  }

  /**
   * @param example what to write where the key is missing, such as {@code id: 1}
   */
  Item required(String key, String example) {
    Optional<Item> value = optional(key);
    if (value.isEmpty() && present) {
      place.absent(key).error("the key is missing", "add " + example);
    }
    return value.orElseGet(() -> place.absent(key));
  }

  Optional<Item> optional(String key) {
    if (!known.contains(key)) {
      throw new IllegalStateException("a key that the section does not know: " + key);
    }
    return Optional.ofNullable(values.get(key));
  }

  /** The key's section; where it is left out, one whose keys are all left out. */
  Item group(String key) {
    return optional(key).orElseGet(() -> place.absent(key));
  }

  /** Exactly one of two keys must be there; tells which, if it is so. */
  Optional<Item> either(String first, String second, String example) {
    Optional<Item> one = optional(first);
    Optional<Item> other = optional(second);
    if (one.isPresent() && other.isPresent()) {
      other.get().error("either " + first + " or " + second + ", not both", "remove one of them");
      return Optional.empty();
    }
    if (one.isEmpty() && other.isEmpty() && present) {
      place
          .absent(first)
          .error("either " + first + " or " + second + " is needed", "add " + example);
    }
    return one.or(() -> other);
  }

  /** Complains about keys that mean nothing without another setting. */
  void refuse(String reason, String... keys) {
    for (String key : keys) {
      optional(key).ifPresent(item -> item.error("has no meaning here", reason));
    }
  }
}
