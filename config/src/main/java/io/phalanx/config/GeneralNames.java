package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Addresses;
import io.phalanx.config.text.Parsed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** GeneralNames (RFC 5280 §4.2.1.6) as text: {@code dns:gw.example.org}, {@code uri:...}. */
final class GeneralNames {
  private static final int EMAIL = 0x81;
  private static final int DNS = 0x82;
  private static final int DIRECTORY_NAME = 0xa4;
  private static final int URI = 0x86;
  private static final int IP = 0x87;

  private GeneralNames() {}

  static Parsed<byte[]> encode(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? "" : text.substring(0, colon);
    String value = text.substring(colon + 1);
    return value.isEmpty()
        ? unknown(text)
        : switch (kind) {
          case "email" -> ascii(EMAIL, value);
          case "dns" -> ascii(DNS, value);
          case "uri" -> ascii(URI, value);
          case "dn" ->
              DistinguishedName.encode(value)
                  .then(name -> Parsed.value(Der.element(DIRECTORY_NAME, name)));
          case "ip" ->
              Addresses.address(value)
                  .then(address -> Parsed.value(Der.element(IP, address.getAddress())));
          default -> unknown(text);
        };
  }

  private static Parsed<byte[]> ascii(int tag, String value) {
    return value.chars().allMatch(c -> c > ' ' && c <= '~')
        ? Parsed.value(Der.element(tag, value.getBytes(StandardCharsets.US_ASCII)))
        : unknown(value);
  }

  private static Parsed<byte[]> unknown(String text) {
    return Parsed.fault(
        quote(text) + " is not a general name",
        "write gn:dns:NAME, gn:email:ADDRESS, gn:uri:URI, gn:ip:ADDRESS or gn:dn:NAME");
  }

  /** As it reads; empty for kinds that have no notation, and for what is malformed. */
  static Optional<String> text(byte[] der) {
    Der reader = new Der(der);
    return reader
        .next()
        .filter(_ -> reader.atEnd())
        .flatMap(
            name ->
                switch (name.tag()) {
                  case EMAIL -> ascii("email:", name.content());
                  case DNS -> ascii("dns:", name.content());
                  case URI -> ascii("uri:", name.content());
                  case DIRECTORY_NAME ->
                      DistinguishedName.ofDer(name.content()).map(each -> "dn:" + each);
                  case IP -> address(name.content()).map(each -> "ip:" + each);
                  default -> Optional.empty();
                });
  }

  private static Optional<String> ascii(String kind, byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c > ' ' && c <= '~')
        ? Optional.of(kind + text)
        : Optional.empty();
  }

  private static Optional<String> address(byte[] octets) {
    try {
      return Optional.of(InetAddress.getByAddress(octets).getHostAddress());
    } catch (UnknownHostException wrongLength) {
      return Optional.empty();
    }
  }
}
