package io.phalanx.node.auth;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

/**
 * AlgorithmIdentifiers in DER, as they stand before a digital signature (RFC 7427 §3 and appendix
 * A). Each has few correct encodings, so a received one is compared with these, and no parser ever
 * sees what a stranger sent.
 */
final class AlgorithmIdentifiers {
  private static final int INTEGER = 0x02;
  private static final int SEQUENCE = 0x30;
  private static final int CONTEXT = 0xa0;

  private static final byte[] NULL = {0x05, 0x00};
  private static final byte[] NOTHING = {};
  private static final HexFormat HEX = HexFormat.of();

  private AlgorithmIdentifiers() {}

  /** sha256WithRSAEncryption and its like (RFC 4055 §5): with NULL, but without is taken too. */
  static List<byte[]> rsaPkcs1(SignatureHash hash) {
    int arc =
        switch (hash) {
          case SHA2_256 -> 11;
          case SHA2_384 -> 12;
          case SHA2_512 -> 13;
          case IDENTITY -> throw new IllegalArgumentException("RSA signs a hash");
        };
    byte[] oid = pkcs1Oid(arc);
    return List.of(tlv(SEQUENCE, oid, NULL), tlv(SEQUENCE, oid));
  }

  /** ecdsa-with-SHA256 and its like (RFC 5758 §3.2): no parameters. */
  static List<byte[]> ecdsa(SignatureHash hash) {
    int arc =
        switch (hash) {
          case SHA2_256 -> 2;
          case SHA2_384 -> 3;
          case SHA2_512 -> 4;
          case IDENTITY -> throw new IllegalArgumentException("ECDSA signs a hash");
        };
    return List.of(tlv(SEQUENCE, HEX.parseHex("06082a8648ce3d0403" + "%02x".formatted(arc))));
  }

  /**
   * RSASSA-PSS (RFC 4055 §3.1) with the same hash for the message and the mask, and a salt as long
   * as the hash. NULL behind the hash may be there or not, in each place.
   */
  static List<byte[]> rsaPss(SignatureHash hash) {
    return List.of(
        rsaPss(hash, NULL, NULL),
        rsaPss(hash, NOTHING, NOTHING),
        rsaPss(hash, NULL, NOTHING),
        rsaPss(hash, NOTHING, NULL));
  }

  private static byte[] rsaPss(SignatureHash hash, byte[] afterHash, byte[] afterMaskHash) {
    byte[] oid = HEX.parseHex("0609608648016503040" + "2%02x".formatted(hash.nistArc()));
    byte[] mask = tlv(SEQUENCE, pkcs1Oid(8), tlv(SEQUENCE, oid, afterMaskHash));
    byte[] parameters =
        tlv(
            SEQUENCE,
            tlv(CONTEXT, tlv(SEQUENCE, oid, afterHash)),
            tlv(CONTEXT + 1, mask),
            tlv(CONTEXT + 2, tlv(INTEGER, new byte[] {(byte) hash.octets()})));
    return tlv(SEQUENCE, pkcs1Oid(10), parameters);
  }

  /** id-Ed25519 or id-Ed448 (RFC 8410 §3, RFC 8420 appendix A): no parameters. */
  static List<byte[]> edwards(KeyKind kind) {
    int arc = kind == KeyKind.ED25519 ? 112 : 113;
    return List.of(tlv(SEQUENCE, HEX.parseHex("06032b65" + "%02x".formatted(arc))));
  }

  /** 1.2.840.113549.1.1.arc. */
  private static byte[] pkcs1Oid(int arc) {
    return HEX.parseHex("06092a864886f70d0101" + "%02x".formatted(arc));
  }

  /** All of ours are shorter than 128 octets, so a length is one octet. */
  private static byte[] tlv(int tag, byte[]... parts) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      value.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    out.write(value.size());
    out.writeBytes(value.toByteArray());
    return out.toByteArray();
  }
}
