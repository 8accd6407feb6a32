package io.phalanx.node.ike.wire;

import java.util.List;

/**
 * An authentic fragment of a message (RFC 7383 §2.5), decrypted.
 *
 * @param outer payloads before it that are not encrypted
 * @param innerType type of the first payload of the message; meaningful in the first fragment
 * @param number 1..total
 * @param content its part of the message's encrypted payloads
 */
public record Fragment(
    IkeHeader header, List<Payload> outer, int innerType, int number, int total, byte[] content) {}
