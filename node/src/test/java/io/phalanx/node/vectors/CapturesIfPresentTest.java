package io.phalanx.node.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.MessageCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what others have captured, where it is present, and writes it again. */
class CapturesIfPresentTest {
  private static final int IKE_PORT = 500;
  private static final int NAT_PORT = 4500;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "02-impl/other-pcaps/suricata-ikev2-weak-dh.pcap",
        "02-impl/other-pcaps/zeek-spicy-ipsec_client.pcap",
        "02-impl/scapy/ikev2_notify_redirect.pcap",
        "02-impl/tcpdump/ikev2four.pcap",
        "02-impl/tcpdump/ikev2-id-normal.pcap",
        "02-impl/tcpdump/espudp1.pcap",
        "01-wireshark/ikev2-decrypt/ikev2-decrypt-3des-sha1_160.pcap",
        "01-wireshark/ikev2-decrypt/ikev2-decrypt-aes128ccm12.pcap",
        "01-wireshark/ikev2-decrypt/ikev2-decrypt-aes128ccm12-2.pcap",
        "01-wireshark/ikev2-decrypt/ikev2-decrypt-aes256cbc.pcapng",
        "01-wireshark/ikev2-decrypt/ikev2-decrypt-aes256gcm16.pcap",
        "04-negative/pcaps/tcpdump-ikev2pI2-segfault.pcapng",
        "04-negative/pcaps/tcpdump-ikev2-id-short.pcap",
        "04-negative/pcaps/tcpdump-isakmp-no-none-np.pcapng"
      })
  void shouldReadAndWriteEveryMessage(String name) throws IOException {
    for (Captures.Datagram datagram : datagrams(name)) {
      byte[] message = ike(datagram);
      if (MessageCodec.decode(message) instanceof Decoded.Ok first) {
        Decoded again = MessageCodec.decode(MessageCodec.encode(first.message()));
        assertThat(again).as(name).usingRecursiveComparison().isEqualTo(first);
      }
    }
  }

  /** All of it; at least one datagram where the file is present. */
  private static List<Captures.Datagram> datagrams(String name) throws IOException {
    Optional<Path> file = SharedVectors.file(name);
    if (file.isEmpty()) {
      return List.of();
    }
    List<Captures.Datagram> all = Captures.read(file.get());
    assertThat(all).as(name).isNotEmpty();
    return all;
  }

  /** Without the marker of the NAT port; captures use other ports for it, too. */
  private static byte[] ike(Captures.Datagram datagram) {
    byte[] payload = datagram.payload();
    boolean marked = datagram.sourcePort() != IKE_PORT && datagram.targetPort() != IKE_PORT;
    boolean nat = marked || datagram.targetPort() == NAT_PORT;
    return nat && payload.length >= 4 ? Arrays.copyOfRange(payload, 4, payload.length) : payload;
  }
}
