package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Parsed;
import java.util.Set;
import java.util.regex.Pattern;

/** Names that operators give to things. */
final class Names {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /** What Linux takes: 15 octets, no slash. */
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,14}");

  private Names() {}

  static Parsed<String> plain(String text) {
    return PLAIN.matcher(text).matches()
        ? Parsed.value(text)
        : Parsed.fault(
            quote(text) + " is not a name",
            "use up to 63 letters, digits, dots, hyphens and underscores");
  }

  static Parsed<String> networkInterface(String text) {
    return INTERFACE.matcher(text).matches()
        ? Parsed.value(text)
        : Parsed.fault(
            quote(text) + " is not a name for a network interface",
            "use up to 15 letters, digits, dots, hyphens and underscores, for example phx0");
  }

  /** Complains about a name that another entry of the list has. */
  static void unique(Item item, Set<String> seen, String name) {
    if (!name.isEmpty() && !seen.add(name)) {
      item.error("another entry has the name " + quote(name), "give each a name of its own");
    }
  }
}
