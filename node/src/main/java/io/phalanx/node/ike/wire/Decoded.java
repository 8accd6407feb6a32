package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;

/** What came of decoding a message, and so whether answering is safe (RFC 7296 §2.21). */
public sealed interface Decoded {
  /** The message is whole. */
  record Ok(IkeMessage message) implements Decoded {}

  /** Not worth an answer, or one would be harmful: say nothing, keep nothing. */
  record Drop(Reason reason) implements Decoded {}

  /**
   * A request to be refused with this notification, or a protected response that ends its exchange
   * in failure: never answer where {@code header.response()} is true. From {@link SkCipher} the
   * message was authentic and the answer goes protected; from {@link MessageCodec} it was not
   * protected, and neither is the answer.
   */
  record Invalid(IkeHeader header, NotifyType type, byte[] data) implements Decoded {}

  /** Why a message was dropped. */
  enum Reason {
    /** Shorter than a header. */
    TRUNCATED,
    /** Longer than we take. */
    TOO_LONG,
    /** The length in the header is not that of the datagram. */
    LENGTH_MISMATCH,
    /** Not of version 2. A higher one gets an answer from {@link MessageCodec#decode}. */
    OTHER_VERSION,
    /** The initiator's SPI is zero (RFC 7296 §3.1). */
    NO_INITIATOR_SPI,
    /** Something is wrong with a response, and responses are not answered. */
    FAULTY_RESPONSE,
    /** Has an encrypted payload where none is expected. */
    ENCRYPTED,
    /** Has no encrypted payload, or it is not the last one. */
    NOT_ENCRYPTED,
    /** The integrity check failed. */
    NOT_AUTHENTIC,
    /** A fragment of a message whose other fragments are awaited, or one of no use. */
    INCOMPLETE
  }
}
