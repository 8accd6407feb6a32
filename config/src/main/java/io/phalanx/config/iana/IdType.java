package io.phalanx.config.iana;

/**
 * Identification type (RFC 7296 §3.5).
 *
 * @param code the number on the wire, 0..255
 */
public record IdType(int code) {
  public static final IdType IPV4_ADDR = new IdType(1); // RFC 7296 §3.5
  public static final IdType FQDN = new IdType(2); // RFC 7296 §3.5
  public static final IdType RFC822_ADDR = new IdType(3); // RFC 7296 §3.5
  public static final IdType IPV6_ADDR = new IdType(5); // RFC 7296 §3.5
  public static final IdType DER_ASN1_DN = new IdType(9); // RFC 7296 §3.5
  public static final IdType DER_ASN1_GN = new IdType(10); // RFC 7296 §3.5
  public static final IdType KEY_ID = new IdType(11); // RFC 7296 §3.5

  @Override
  public String toString() {
    return switch (code) {
      case 1 -> "ipv4";
      case 2 -> "fqdn";
      case 3 -> "email";
      case 5 -> "ipv6";
      case 9 -> "dn";
      case 10 -> "gn";
      case 11 -> "keyid";
      default -> "id-type-" + code;
    };
  }
}
