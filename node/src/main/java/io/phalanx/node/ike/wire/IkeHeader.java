package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.ExchangeType;

/**
 * The header of an IKE message (RFC 7296 §3.1), version 2.0.
 *
 * @param messageId 0..2^32-1
 */
public record IkeHeader(
    long initiatorSpi,
    long responderSpi,
    ExchangeType exchange,
    boolean fromInitiator,
    boolean response,
    long messageId) {
  /** Octets on the wire. */
  public static final int OCTETS = 28;
}
