package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.ProtocolId;
import java.util.ArrayList;
import java.util.List;

/**
 * Delete payload (RFC 7296 §3.11). The IKE SA itself is deleted without an SPI; those of ESP and AH
 * have 4 octets.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |   protocol    |   SPI size    |        number of SPIs         |
 * +---------------+---------------+-------------------------------+
 * |                           SPIs ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class DeleteCodec {
  private static final int CHILD_SPI_OCTETS = 4;

  private DeleteCodec() {}

  static Payload decode(Reader body) {
    ProtocolId protocol = new ProtocolId(body.u8());
    int spiOctets = body.u8();
    int count = body.u16();
    if (protocol.equals(ProtocolId.IKE)) {
      body.require(spiOctets == 0 && count == 0);
    } else {
      body.require(spiOctets == CHILD_SPI_OCTETS && count <= Limits.DELETED_SPIS_MAX);
    }
    List<byte[]> spis = new ArrayList<>();
    for (int index = 0; index < count && !body.broken(); index++) {
      spis.add(body.bytes(spiOctets));
    }
    return new Payload.Delete(protocol, spis);
  }

  static void encode(Payload.Delete payload, Writer out) {
    out.u8(payload.protocol().code())
        .u8(payload.protocol().equals(ProtocolId.IKE) ? 0 : CHILD_SPI_OCTETS)
        .u16(payload.spis().size());
    payload.spis().forEach(out::bytes);
  }
}
