package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;

/** Goldens as hex, in groups that spaces and line breaks may separate. */
final class Golden {
  private Golden() {}

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s+", ""));
  }

  static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }

  /** Reads a body as the only payload of a chain. */
  static PayloadChain read(int type, String body) {
    Writer out = new Writer();
    byte[] octets = hex(body);
    out.u8(0).u8(0).u16(PayloadChain.GENERIC_HEADER_OCTETS + octets.length).bytes(octets);
    byte[] chain = out.toBytes();
    return PayloadChain.read(type, new Reader(chain, 0, chain.length));
  }

  /** The payload has this type and body on the wire, and is read back as it was. */
  static void assertGolden(Payload payload, int type, String body) {
    assertThat(PayloadEncoder.typeOf(payload)).isEqualTo(type);
    Writer out = new Writer();
    PayloadEncoder.encode(List.of(payload), out);
    assertThat(hex(out.toBytes()).substring(8)).isEqualTo(body.replaceAll("\\s+", ""));
    assertThat(read(type, body))
        .usingRecursiveComparison()
        .isEqualTo(new PayloadChain.Complete(List.of(payload)));
  }

  static void assertRefused(int type, String body) {
    assertThat(read(type, body)).isInstanceOf(PayloadChain.Faulty.class);
  }
}
