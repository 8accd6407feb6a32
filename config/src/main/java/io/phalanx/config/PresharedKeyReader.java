package io.phalanx.config;

import io.phalanx.config.GatewayConfig.PresharedKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Reads {@code preshared-keys:}. */
final class PresharedKeyReader {
  private static final int KEYS_MAX = 100_000;
  private static final int IDS_MAX = 16;
  private static final int SECRET_CHARS_MIN = 16;
  private static final int SECRET_OCTETS_MIN = 12;

  private final SideFiles files;

  PresharedKeyReader(SideFiles files) {
    this.files = files;
  }

  List<PresharedKey> read(Item item) {
    return item.list(0, KEYS_MAX).stream().map(this::key).toList();
  }

  private PresharedKey key(Item item) {
    Section section = item.section("ids", "secret", "hex", "file");
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
    Optional<Item> octets = section.optional("hex");
    if (octets.isPresent()) {
      section.refuse("remove it, or hex", "secret", "file");
      return octets
          .flatMap(item -> item.text().flatMap(text -> hexadecimal(item, text)))
          .orElse(Secret.EMPTY);
    }
    Optional<Item> source = section.either("secret", "file", "secret: \"...\"");
    Optional<String> text =
        section.optional("secret").isPresent()
            ? source.flatMap(Item::text)
            : source.flatMap(files::content);
    Optional<Secret> secret = text.map(Secret::ofUtf8);
    if (source.isPresent()) {
      secret.ifPresent(each -> judge(source.get(), text.get().length(), SECRET_CHARS_MIN));
    }
    return secret.orElse(Secret.EMPTY);
  }

  /** RFC 7296 §2.15: a key may be any octets. */
  private static Optional<Secret> hexadecimal(Item item, String text) {
    try {
      byte[] octets = HexFormat.of().parseHex(text);
      judge(item, octets.length, SECRET_OCTETS_MIN);
      return Optional.of(Secret.of(octets));
    } catch (IllegalArgumentException e) {
      item.error("not an even number of hexadecimal digits", "make one by: openssl rand -hex 24");
      return Optional.empty();
    }
  }

  private static void judge(Item item, int length, int lengthMin) {
    if (length == 0) {
      item.error("the key is empty", "make one by: openssl rand -base64 24");
    } else if (length < lengthMin) {
      item.warning(
          "a key of fewer than "
              + SECRET_CHARS_MIN
              + " characters, or "
              + SECRET_OCTETS_MIN
              + " octets of hex, can be guessed offline",
          "make one by: openssl rand -base64 24");
    }
  }
}
