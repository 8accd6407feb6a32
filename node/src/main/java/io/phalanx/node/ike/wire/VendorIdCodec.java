package io.phalanx.node.ike.wire;

/**
 * Vendor ID payload (RFC 7296 §3.12): any octets, whose meaning their vendor knows.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                        vendor id ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class VendorIdCodec {
  private VendorIdCodec() {}

  static Payload decode(Reader body) {
    return new Payload.VendorId(body.rest());
  }

  static void encode(Payload.VendorId payload, Writer out) {
    out.bytes(payload.data());
  }
}
