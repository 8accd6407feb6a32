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
 * keyid:6b31}, {@code C=DE, O=Example, CN=gw}, {@code gn:uri:https://gw.example.org}.
 */
public final class IdentityNotation {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");
  private static final Pattern MAIL =
      Pattern.compile("[A-Za-z0-9_.+=!#$&'/?^`{|}~-]{1,64}@[A-Za-z0-9_.-]{1,252}");
  private static final Pattern STAR = Pattern.compile("\\*[.@][A-Za-z0-9_.-]{1,252}");
  private static final Pattern HEX = Pattern.compile("([0-9A-Fa-f]{2}){1,128}");
  private static final String KEY_ID = "keyid:";
  private static final String GENERAL_NAME = "gn:";

  private IdentityNotation() {}

  /** One identity. */
  public static Parsed<Identity> parse(String text) {
    return parsePattern(text)
        .then(
            pattern ->
                pattern
                    .exact()
                    .map(Parsed::value)
                    .orElseGet(
                        () ->
                            Parsed.fault(
                                quote(text) + " stands for several identities",
                                "write one of them in full")));
  }

  /** One identity or several: {@code *@example.org}, {@code *.example.org}, {@code O=A, CN=*}. */
  public static Parsed<IdentityPattern> parsePattern(String text) {
    if (STAR.matcher(text).matches()) {
      return pattern(text.charAt(1) == '@' ? Identity.email(text) : Identity.fqdn(text));
    }
    return identity(text).then(IdentityNotation::pattern);
  }

  private static Parsed<IdentityPattern> pattern(Identity identity) {
    return Parsed.value(new IdentityPattern(identity));
  }

  private static Parsed<Identity> identity(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith(KEY_ID)) {
      String hex = text.substring(KEY_ID.length());
      return HEX.matcher(hex).matches()
          ? Parsed.value(Identity.keyId(HexFormat.of().parseHex(hex)))
          : Parsed.fault(
              quote(text) + " is not a key id", "write pairs of hex digits after keyid:");
    }
    if (lower.startsWith(GENERAL_NAME)) {
      return GeneralNames.encode(text.substring(GENERAL_NAME.length()))
          .then(der -> Parsed.value(Identity.generalName(der)));
    }
    if (beginsLikeName(text)) {
      return DistinguishedName.encode(text).then(der -> Parsed.value(Identity.name(der)));
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
        "write a name (gw.example.org), a mail address, an IP address, a distinguished name"
            + " (C=DE, CN=gw), keyid:HEX or gn:KIND:NAME");
  }

  private static boolean beginsLikeName(String text) {
    int equals = text.indexOf('=');
    return equals > 0 && AttributeType.named(text.substring(0, equals).strip()).isPresent();
  }
}
