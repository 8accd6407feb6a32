package io.phalanx.config;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Attributes of distinguished names that have a short name. */
enum AttributeType {
  C("550406", "C"), // RFC 4519 §2.2
  ST("550408", "ST", "S"), // RFC 4519 §2.33
  L("550407", "L"), // RFC 4519 §2.16
  STREET("550409", "STREET"), // RFC 4519 §2.34
  O("55040a", "O"), // RFC 4519 §2.19
  OU("55040b", "OU"), // RFC 4519 §2.20
  CN("550403", "CN"), // RFC 4519 §2.3
  SN("550404", "SN", "surname"), // RFC 4519 §2.32
  GN("55042a", "GN", "G", "givenName"), // RFC 4519 §2.12
  INITIALS("55042b", "initials", "I"), // RFC 4519 §2.14
  TITLE("55040c", "title", "T"), // RFC 4519 §2.38
  SERIAL_NUMBER("550405", "serialNumber"), // RFC 4519 §2.31
  DN_QUALIFIER("55042e", "dnQualifier", "DNQ"), // RFC 4519 §2.8
  DC("0992268993f22c640119", "DC"), // RFC 4519 §2.4
  UID("0992268993f22c640101", "UID"), // RFC 4519 §2.39
  EMAIL("2a864886f70d010901", "E", "emailAddress", "Email"); // RFC 2985 §5.2.1

  private final String oidHex;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> names;

  AttributeType(String oidHex, String... names) {
    this.oidHex = oidHex;
    this.names = List.of(names);
  }

  static Optional<AttributeType> named(String name) {
    return Arrays.stream(values())
        .filter(each -> each.names.stream().anyMatch(name::equalsIgnoreCase))
        .findFirst();
  }

  /** The name of a type, or its octets where it has none. */
  static String name(String oidHex) {
    return Arrays.stream(values())
        .filter(each -> each.oidHex.equals(oidHex))
        .findFirst()
        .map(each -> each.names.getFirst())
        .orElse("#" + oidHex);
  }

  static String names() {
    return Arrays.stream(values())
        .map(each -> each.names.getFirst())
        .collect(Collectors.joining(", "));
  }

  byte[] oid() {
    return HexFormat.of().parseHex(oidHex);
  }

  /** Whether values are ASCII strings by definition (RFC 5280 §4.1.2.6). */
  boolean ia5() {
    return this == DC || this == EMAIL;
  }
}
