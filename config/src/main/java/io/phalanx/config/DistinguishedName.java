package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.Der.Element;
import io.phalanx.config.text.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A distinguished name (RFC 5280 §4.1.2.4): relative names in the order of their encoding, the
 * order in which openssl and strongSwan print them.
 *
 * <p>Two are the same if their relative names are, one by one; case and spaces of a value do not
 * count, nor does the type of its string (RFC 5280 §7.1).
 */
public final class DistinguishedName {
  private static final int OID = 0x06;
  private static final int UTF8_STRING = 0x0c;
  private static final int PRINTABLE_STRING = 0x13;
  private static final int IA5_STRING = 0x16;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int PARTS_MAX = 64;
  private static final String ANYTHING = "*";

  /**
   * One attribute.
   *
   * @param type its object identifier, as octets in hex
   * @param value its text, or its octets as {@code #hex} where it is no text
   */
  private record Attribute(String type, String value) {
    boolean matches(Attribute other) {
      return type.equals(other.type)
          && (value.equals(ANYTHING) || folded(value).equals(folded(other.value)));
    }

    private static String folded(String text) {
      return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }
  }

  private final List<List<Attribute>> relative;

  private DistinguishedName(List<List<Attribute>> relative) {
    this.relative = List.copyOf(relative);
  }

  /** Reads an encoded name; empty if it is malformed or has no relative name. */
  public static Optional<DistinguishedName> ofDer(byte[] der) {
    Optional<byte[]> sequence = only(der, SEQUENCE);
    if (sequence.isEmpty()) {
      return Optional.empty();
    }
    List<List<Attribute>> relative = new ArrayList<>();
    Der sets = new Der(sequence.get());
    while (!sets.atEnd()) {
      Optional<List<Attribute>> attributes =
          sets.next()
              .filter(set -> set.tag() == SET)
              .flatMap(set -> attributes(set.content()))
              .filter(_ -> relative.size() < PARTS_MAX);
      if (attributes.isEmpty()) {
        return Optional.empty();
      }
      relative.add(attributes.get());
    }
    return relative.isEmpty() ? Optional.empty() : Optional.of(new DistinguishedName(relative));
  }

  private static Optional<byte[]> only(byte[] der, int tag) {
    Der reader = new Der(der);
    return reader
        .next()
        .filter(element -> element.tag() == tag && reader.atEnd())
        .map(Element::content);
  }

  private static Optional<List<Attribute>> attributes(byte[] set) {
    List<Attribute> attributes = new ArrayList<>();
    Der reader = new Der(set);
    while (!reader.atEnd()) {
      Optional<Attribute> attribute =
          reader
              .next()
              .filter(pair -> pair.tag() == SEQUENCE && attributes.size() < PARTS_MAX)
              .flatMap(pair -> attribute(pair.content()));
      if (attribute.isEmpty()) {
        return Optional.empty();
      }
      attributes.add(attribute.get());
    }
    return attributes.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(attributes));
  }

  private static Optional<Attribute> attribute(byte[] pair) {
    Der reader = new Der(pair);
    Optional<Element> type = reader.next().filter(each -> each.tag() == OID);
    Optional<Element> value = reader.next();
    return type.isEmpty() || value.isEmpty() || !reader.atEnd()
        ? Optional.empty()
        : Optional.of(new Attribute(hex(type.get().content()), text(value.get())));
  }

  private static String text(Element value) {
    Optional<Charset> charset =
        switch (value.tag()) {
          case UTF8_STRING -> Optional.of(StandardCharsets.UTF_8);
          case PRINTABLE_STRING, IA5_STRING, 0x12 -> Optional.of(StandardCharsets.US_ASCII);
          case 0x14 -> Optional.of(StandardCharsets.ISO_8859_1); // TeletexString, as all read it
          case 0x1e -> Optional.of(StandardCharsets.UTF_16BE);
          case 0x1c -> Optional.of(StandardCharsets.UTF_32BE);
          default -> Optional.empty();
        };
    return charset
        .map(each -> new String(value.content(), each))
        .filter(each -> each.codePoints().noneMatch(Character::isISOControl))
        .orElseGet(() -> "#" + hex(value.content()));
  }

  /**
   * Reads {@code C=DE, O=Example, CN=gw.example.org}; a backslash takes the character behind it as
   * it is, a plus joins attributes of one relative name.
   */
  static Parsed<byte[]> encode(String text) {
    ByteArrayOutputStream sets = new ByteArrayOutputStream();
    for (String relative : split(text, ',')) {
      List<byte[]> attributes = new ArrayList<>();
      for (String attribute : split(relative, '+')) {
        switch (encodeAttribute(attribute.strip())) {
          case Parsed.Value<byte[]>(var der) -> attributes.add(der);
          case Parsed.Fault<byte[]> fault -> {
            return fault;
          }
        }
      }
      attributes.sort(Arrays::compareUnsigned); // DER orders what is in a set
      sets.writeBytes(Der.element(SET, attributes.toArray(byte[][]::new)));
    }
    return Parsed.value(Der.element(SEQUENCE, sets.toByteArray()));
  }

  private static Parsed<byte[]> encodeAttribute(String text) {
    int equals = text.indexOf('=');
    Optional<AttributeType> type =
        equals < 0 ? Optional.empty() : AttributeType.named(text.substring(0, equals).strip());
    String value = equals < 0 ? "" : unescaped(text.substring(equals + 1).strip());
    if (type.isEmpty() || value.isEmpty()) {
      return Parsed.fault(
          quote(text) + " is not a part of a distinguished name",
          "write parts such as CN=gw.example.org, one of " + AttributeType.names());
    }
    byte[] octets = value.getBytes(StandardCharsets.UTF_8);
    int tag = type.get().ia5() ? IA5_STRING : printable(value) ? PRINTABLE_STRING : UTF8_STRING;
    return Parsed.value(
        Der.element(SEQUENCE, Der.element(OID, type.get().oid()), Der.element(tag, octets)));
  }

  private static boolean printable(String value) {
    return value.matches("[A-Za-z0-9 '()+,./:=?-]*");
  }

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == separator) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
        if (c == '\\' && i + 1 < text.length()) {
          part.append(text.charAt(++i));
        }
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static String unescaped(String text) {
    return text.replaceAll("\\\\(.)", "$1");
  }

  /** Whether another name is this one; a value {@code *} of this one stands for any. */
  public boolean matches(DistinguishedName other) {
    if (relative.size() != other.relative.size()) {
      return false;
    }
    for (int i = 0; i < relative.size(); i++) {
      List<Attribute> theirs = other.relative.get(i);
      List<Attribute> ours = relative.get(i);
      boolean same =
          ours.size() == theirs.size()
              && ours.stream().allMatch(each -> theirs.stream().anyMatch(each::matches));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  boolean hasWildcard() {
    return relative.stream().flatMap(List::stream).anyMatch(each -> each.value().equals(ANYTHING));
  }

  /** As it reads. */
  @Override
  public String toString() {
    return relative.stream()
        .map(
            attributes ->
                attributes.stream()
                    .map(each -> AttributeType.name(each.type()) + "=" + escaped(each.value()))
                    .collect(Collectors.joining("+")))
        .collect(Collectors.joining(", "));
  }

  private static String escaped(String value) {
    return value.replaceAll("([,+\\\\])", "\\\\$1");
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
