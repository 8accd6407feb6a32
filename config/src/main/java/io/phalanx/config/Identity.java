package io.phalanx.config;

import io.phalanx.config.iana.IdType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An IKE identity (RFC 7296 §3.5): its type and the octets of the identification data.
 *
 * <p>The record owns the array; nobody modifies it.
 */
public record Identity(IdType type, byte[] data) {
  public static Identity fqdn(String name) {
    return new Identity(IdType.FQDN, name.getBytes(StandardCharsets.UTF_8));
  }

  public static Identity email(String address) {
    return new Identity(IdType.RFC822_ADDR, address.getBytes(StandardCharsets.UTF_8));
  }

  public static Identity address(InetAddress address) {
    byte[] octets = address.getAddress();
    return new Identity(octets.length == 4 ? IdType.IPV4_ADDR : IdType.IPV6_ADDR, octets);
  }

  public static Identity keyId(byte[] octets) {
    return new Identity(IdType.KEY_ID, octets);
  }

  /** A distinguished name. */
  public static Identity name(byte[] der) {
    return new Identity(IdType.DER_ASN1_DN, der);
  }

  /** A GeneralName. */
  public static Identity generalName(byte[] der) {
    return new Identity(IdType.DER_ASN1_GN, der);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identity that
        && type.equals(that.type)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Arrays.hashCode(data);
  }

  /** Readable and safe to log: control characters never pass. */
  @Override
  public String toString() {
    if (type.equals(IdType.FQDN) || type.equals(IdType.RFC822_ADDR)) {
      String text = new String(data, StandardCharsets.UTF_8);
      return text.codePoints().noneMatch(Character::isISOControl) ? text : hex();
    }
    if (type.equals(IdType.DER_ASN1_DN)) {
      return DistinguishedName.ofDer(data).map(DistinguishedName::toString).orElseGet(this::hex);
    }
    if (type.equals(IdType.DER_ASN1_GN)) {
      return GeneralNames.text(data).map(text -> "gn:" + text).orElseGet(this::hex);
    }
    return addressText().orElseGet(this::hex);
  }

  /** A peer may send any number of octets in an identity of an address type. */
  private Optional<String> addressText() {
    boolean right =
        (type.equals(IdType.IPV4_ADDR) && data.length == 4)
            || (type.equals(IdType.IPV6_ADDR) && data.length == 16);
    try {
      return right
          ? Optional.of(InetAddress.getByAddress(data).getHostAddress())
          : Optional.empty();
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }

  private String hex() {
    return type + ":" + HexFormat.of().formatHex(data);
  }
}
