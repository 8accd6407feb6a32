package io.phalanx.node.ike.wire;

import java.util.Arrays;
import java.util.Optional;

/** Payloads that we know (RFC 7296 §3.2), each with the decoder of its body. */
enum PayloadType {
  SECURITY_ASSOCIATION(33, SecurityAssociationCodec::decode), // RFC 7296 §3.3
  KEY_EXCHANGE(34, KeyExchangeCodec::decode), // RFC 7296 §3.4
  ID_INITIATOR(35, body -> IdentificationCodec.decode(true, body)), // RFC 7296 §3.5
  ID_RESPONDER(36, body -> IdentificationCodec.decode(false, body)), // RFC 7296 §3.5
  CERTIFICATE(37, CertificateCodec::decode), // RFC 7296 §3.6
  CERTIFICATE_REQUEST(38, CertificateRequestCodec::decode), // RFC 7296 §3.7
  AUTHENTICATION(39, AuthenticationCodec::decode), // RFC 7296 §3.8
  NONCE(40, NonceCodec::decode), // RFC 7296 §3.9
  NOTIFY(41, NotifyCodec::decode), // RFC 7296 §3.10
  DELETE(42, DeleteCodec::decode), // RFC 7296 §3.11
  VENDOR_ID(43, VendorIdCodec::decode), // RFC 7296 §3.12
  TS_INITIATOR(44, body -> TrafficSelectorsCodec.decode(true, body)), // RFC 7296 §3.13
  TS_RESPONDER(45, body -> TrafficSelectorsCodec.decode(false, body)), // RFC 7296 §3.13
  CONFIGURATION(47, ConfigurationCodec::decode), // RFC 7296 §3.15
  EAP(48, EapCodec::decode); // RFC 7296 §3.16

  /** No next payload (RFC 7296 §3.2). */
  static final int NONE = 0;

  /** Encrypted and authenticated (RFC 7296 §3.14): {@link SkCipher} opens it. */
  static final int ENCRYPTED = 46;

  /** A fragment, encrypted and authenticated (RFC 7383 §2.5): {@link SkCipher} opens it. */
  static final int ENCRYPTED_FRAGMENT = 53;

  private static final Optional<PayloadType>[] BY_CODE = byCode();

  /** Decodes a body; breaks the reader where the body is malformed. */
  @FunctionalInterface
  interface BodyDecoder {
    Payload decode(Reader body);
  }

  private final int code;

  @SuppressWarnings("ImmutableEnumChecker") // decoders are static methods
  private final BodyDecoder decoder;

  PayloadType(int code, BodyDecoder decoder) {
    this.code = code;
    this.decoder = decoder;
  }

  int code() {
    return code;
  }

  Payload decode(Reader body) {
    return decoder.decode(body);
  }

  /** The payload of a code 0..255, where we know it. */
  static Optional<PayloadType> of(int code) {
    return BY_CODE[code];
  }

  private static Optional<PayloadType>[] byCode() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Optional<PayloadType>[] table = new Optional[256];
    Arrays.fill(table, Optional.empty());
    for (PayloadType type : values()) {
      table[type.code] = Optional.of(type);
    }
    return table;
  }
}
