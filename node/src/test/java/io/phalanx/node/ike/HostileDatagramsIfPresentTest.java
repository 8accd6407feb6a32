package io.phalanx.node.ike;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.vectors.Captures;
import io.phalanx.node.vectors.SharedVectors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams that broke others, where they are present: no exception, no state, a fit answer. */
class HostileDatagramsIfPresentTest {
  private static final InetSocketAddress SOMEBODY =
      new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 500);

  /** What a stranger whose first message does not do may be told. */
  private static final Set<NotifyType> REFUSALS =
      Set.of(
          NotifyType.INVALID_SYNTAX,
          NotifyType.INVALID_KE_PAYLOAD,
          NotifyType.NO_PROPOSAL_CHOSEN,
          NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);

  @Test
  void shouldKeepNoStateAfterMalformedDatagrams() {
    SharedVectors.json("04-negative/ike-negative.dev.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> datagram : maps(file, "datagrams")) {
                boolean nat = text(datagram, "dst_port").equals("4500");
                String expect = text(datagram, "expect");
                deliver(
                    text(datagram, "id"),
                    nat,
                    hex(datagram, "udp_payload"),
                    expect.contains("answer") || expect.contains("INVALID"));
              }
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "esp_truncated.pcap",
        "ikev1_id_ipv6_addr_subnet-oobr.pcap",
        "ikev2-id-short.pcap",
        "ikev2pI2-segfault.pcapng",
        "isakmp-3948-oobr-2.pcap",
        "isakmp-delete-segfault.pcap",
        "isakmp-identification-segfault.pcap",
        "isakmp-ikev1_n_print-oobr.pcap",
        "isakmp-no-none-np.pcapng",
        "isakmp-pointer-loop.pcap",
        "isakmp-rfc3948-oobr.pcap",
        "isakmp-various-oobr.pcap",
        "isakmpv1-attr-oobr.pcap"
      })
  void shouldKeepNoStateAfterCapturedDatagrams(String name) throws IOException {
    Optional<Path> file = SharedVectors.file("04-negative/pcaps/tcpdump-" + name);
    if (file.isPresent()) {
      for (Captures.Datagram datagram : Captures.read(file.get())) {
        boolean nat = datagram.targetPort() == 4500 || datagram.sourcePort() == 4500;
        deliver(name, nat, datagram.payload(), true);
      }
    }
  }

  /** What Openswan's tests, free5gc and Suricata send first: other suites than ours. */
  @Test
  void shouldRefuseWhatHasNoSuiteOfOurs() {
    SharedVectors.json("02-impl/openswan/openswan-messages.dev.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> message : maps(file, "messages")) {
                deliver(text(message, "file"), false, hex(message, "raw"), true);
              }
            });
  }

  private static void deliver(String what, boolean nat, byte[] octets, boolean mayAnswer) {
    World world = new World(Configs.left(), Configs.right());
    if (nat && !marked(octets)) {
      return; // ESP, a keepalive or nothing: does not reach IKE
    }
    byte[] message = nat ? Arrays.copyOfRange(octets, 4, octets.length) : octets;
    Forge.deliver(world.right, SOMEBODY, nat, message);
    world.run(500);
    assertThat(world.right.ikeSas()).as(what).isEmpty();
    assertThat(world.right.store.images()).as(what).isEmpty();
    assertThat(world.seen).as(what).hasSizeLessThanOrEqualTo(mayAnswer ? 1 : 0);
    for (World.Seen answer : world.seen) {
      assertThat(MessageCodec.decode(answer.message()))
          .as(what)
          .isInstanceOfSatisfying(
              Decoded.Ok.class, ok -> assertThat(notifies(ok)).isSubsetOf(REFUSALS));
    }
  }

  private static List<NotifyType> notifies(Decoded.Ok answer) {
    return answer.message().all(Payload.Notify.class).map(Payload.Notify::type).toList();
  }

  private static boolean marked(byte[] octets) {
    return octets.length >= 4 && (octets[0] | octets[1] | octets[2] | octets[3]) == 0;
  }
}
