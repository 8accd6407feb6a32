package io.phalanx.config;

import java.util.Optional;

/** Reads a secret that stands in the configuration or in a file of its own. */
final class SecretReader {
  private final SideFiles files;

  SecretReader(SideFiles files) {
    this.files = files;
  }

  /**
   * @param key of the secret itself, such as {@code password}; {@code file} names a file instead
   * @param charsMin fewer are warned of
   * @param remedy how to make a good one
   */
  Secret read(Section section, String key, int charsMin, String remedy) {
    Optional<Item> source = section.either(key, "file", key + ": \"...\"");
    Optional<String> text =
        section.optional(key).isPresent()
            ? source.flatMap(Item::text)
            : source.flatMap(files::content);
    if (source.isPresent() && text.isPresent()) {
      if (text.get().isEmpty()) {
        source.get().error("the " + key + " is empty", remedy);
      } else if (text.get().length() < charsMin) {
        source
            .get()
            .warning("a " + key + " of fewer than " + charsMin + " characters is guessed", remedy);
      }
    }
    return text.map(Secret::ofUtf8).orElse(Secret.EMPTY);
  }
}
