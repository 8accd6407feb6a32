package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Addresses;
import io.phalanx.config.text.Parsed;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Identities as text: {@code gw.example.org}, {@code user@example.org}, an IP address, {@code
 * keyid:6b31}. Distinguished names are not read.
 */
public final class IdentityNotation {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_*]([A-Za-z0-9_.*-]{0,252})");
  private static final Pattern MAIL =
      Pattern.compile("[A-Za-z0-9_.+=!#$&'*/?^`{|}~-]{1,64}@[A-Za-z0-9_.-]{1,252}");
  private static final Pattern HEX = Pattern.compile("([0-9A-Fa-f]{2}){1,128}");
  private static final String KEY_ID = "keyid:";

  private IdentityNotation() {}

  public static Parsed<Identity> parse(String text) {
    if (text.toLowerCase(Locale.ROOT).startsWith(KEY_ID)) {
      String hex = text.substring(KEY_ID.length());
      return HEX.matcher(hex).matches()
          ? Parsed.value(Identity.keyId(HexFormat.of().parseHex(hex)))
          : Parsed.fault(
              quote(text) + " is not a key id", "write pairs of hex digits after keyid:");
    }
    if (Addresses.address(text) instanceof Parsed.Value<InetAddress>(var address)) {
      return Parsed.value(Identity.address(address));
    }
    if (MAIL.matcher(text).matches()) {
      return Parsed.value(Identity.email(text));
    }
    if (NAME.matcher(text).matches()) {
      return Parsed.value(Identity.fqdn(text));
    }
    return Parsed.fault(
        quote(text) + " is not an identity",
        "write a name (gw.example.org), a mail address, an IP address or keyid:HEX");
  }
}
