package io.phalanx.config;

import io.phalanx.config.GatewayConfig.PresharedKey;
import java.util.List;
import java.util.Optional;

/** Reads {@code preshared-keys:}. */
final class PresharedKeyReader {
  private static final int KEYS_MAX = 100_000;
  private static final int IDS_MAX = 16;
  private static final int SECRET_CHARS_MIN = 16;

  private final SideFiles files;

  PresharedKeyReader(SideFiles files) {
    this.files = files;
  }

  List<PresharedKey> read(Item item) {
    return item.list(0, KEYS_MAX).stream().map(this::key).toList();
  }

  private PresharedKey key(Item item) {
    Section section = item.section("ids", "secret", "file");
    List<Optional<Identity>> ids =
        section.optional("ids").stream()
            .flatMap(list -> list.list(0, IDS_MAX).stream())
            .map(id -> ConnectionReader.orAny(id, IdentityNotation::parse))
            .toList();
    boolean forAll = ids.stream().anyMatch(Optional::isEmpty);
    return new PresharedKey(
        forAll ? List.of() : ids.stream().flatMap(Optional::stream).toList(), secret(section));
  }

  private Secret secret(Section section) {
    Optional<Item> source = section.either("secret", "file", "secret: \"...\"");
    Optional<String> text =
        section.optional("secret").isPresent()
            ? source.flatMap(Item::text)
            : source.flatMap(files::content);
    if (source.isPresent() && text.isPresent()) {
      if (text.get().isEmpty()) {
        source.get().error("the key is empty", "make one by: openssl rand -base64 24");
      } else if (text.get().length() < SECRET_CHARS_MIN) {
        source
            .get()
            .warning(
                "a key of fewer than " + SECRET_CHARS_MIN + " characters can be guessed offline",
                "make one by: openssl rand -base64 24");
      }
    }
    return text.map(Secret::ofUtf8).orElse(Secret.EMPTY);
  }
}
