package io.phalanx.datapath.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpPortsTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress TWO = InetAddress.ofLiteral("127.0.0.2");

  private NettyPacketLoops loops;

  @BeforeEach
  void start() {
    loops = NettyPacketLoops.open(2);
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  @Test
  void shouldSayWhichPortIsTakenAndWhatToDo() throws Exception {
    try (UdpPorts first = UdpPorts.bind(List.of(ONE), 0, 0, loops, 1 << 20)) {
      assertThatThrownBy(() -> UdpPorts.bind(List.of(ONE), first.ikePort(), 0, loops, 1 << 20))
          .isInstanceOf(BindFailure.class)
          .hasMessageContaining("127.0.0.1 port " + first.ikePort())
          .hasMessageContaining("stop the program");
    }
  }

  @Test
  void shouldListenOnAllAddressesOfBothFamilies() throws Exception {
    List<InetAddress> all = List.of(InetAddress.ofLiteral("0.0.0.0"), InetAddress.ofLiteral("::"));
    try (UdpPorts ports = UdpPorts.bind(all, 0, 0, loops, 1 << 20);
        DatagramSocket four = new DatagramSocket(new InetSocketAddress(ONE, 0));
        DatagramSocket six =
            new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
      AtomicInteger[] heard = {new AtomicInteger(), new AtomicInteger()};
      ports.start((_, listen, _, _, _, _) -> heard[listen].incrementAndGet(), false);
      four.send(new DatagramPacket(new byte[9], 9, ONE, ports.natPort()));
      six.send(new DatagramPacket(new byte[9], 9, six.getLocalAddress(), ports.natPort()));
      await().until(() -> heard[0].get() == 1 && heard[1].get() == 1);
    }
  }

  @Test
  void shouldLeaveNothingOpenWhereABindFails() throws Exception {
    int free;
    try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(ONE, 0))) {
      free = probe.getLocalPort();
    }
    try (UdpPorts other = UdpPorts.bind(List.of(ONE), 0, 0, loops, 1 << 20)) {
      assertThatThrownBy(() -> UdpPorts.bind(List.of(ONE), free, other.natPort(), loops, 1 << 20))
          .isInstanceOf(BindFailure.class);
      UdpPorts.bind(List.of(ONE), free, 0, loops, 1 << 20).close();
    }
  }

  @Test
  void shouldAnswerFromTheAddressThatWasReached() throws Exception {
    try (UdpPorts ports = UdpPorts.bind(List.of(ONE, TWO), 0, 0, loops, 1 << 20);
        DatagramSocket peer = new DatagramSocket(new InetSocketAddress(ONE, 0))) {
      InetSocketAddress address = (InetSocketAddress) peer.getLocalSocketAddress();
      AtomicInteger reached = new AtomicInteger(-1);
      ports.start((_, listen, _, _, _, _) -> reached.set(listen), false);
      peer.send(new DatagramPacket(new byte[9], 9, new InetSocketAddress(TWO, ports.natPort())));
      await().until(() -> reached.get() == 1);
      assertThat(ports.sendIke(new UdpDatagram(address, true, new byte[30], 1))).isTrue();
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      peer.setSoTimeout(5000);
      peer.receive(answer);
      assertThat(answer.getAddress()).isEqualTo(TWO);
    }
  }

  @Test
  void shouldTakeLargeIkeMessagesWhole() throws Exception {
    AtomicInteger octets = new AtomicInteger();
    try (UdpPorts ports = UdpPorts.bind(List.of(ONE), 0, 0, loops, 1 << 20);
        DatagramSocket peer = new DatagramSocket(new InetSocketAddress(ONE, 0))) {
      ports.start((_, _, _, content, _, _) -> octets.set(content.readableBytes()), false);
      InetSocketAddress to = new InetSocketAddress(ONE, ports.ikePort());
      peer.send(new DatagramPacket(new byte[9000], 9000, to));
      await().until(() -> octets.get() == 9000);
      // A longer one is cut to the limit, which tells it from every whole one.
      peer.send(new DatagramPacket(new byte[40_000], 40_000, to));
      await().until(() -> octets.get() == UdpPorts.DATAGRAM_OCTETS_MAX);
    }
  }

  @Test
  void shouldBindIpv6() throws Exception {
    try (UdpPorts ports =
        UdpPorts.bind(List.of(InetAddress.ofLiteral("::1"), ONE), 0, 0, loops, 1 << 20)) {
      InetSocketAddress four = new InetSocketAddress(ONE, 9);
      InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
      assertThat(ports.listenFor(PeerPath.to(four))).isEqualTo(1);
      assertThat(ports.listenFor(PeerPath.to(six))).isZero();
      // What is named may be of the other family, or missing, on this member.
      assertThat(ports.listenFor(new PeerPath(four, 0))).isEqualTo(1);
      assertThat(ports.listenFor(new PeerPath(six, 7))).isZero();
    }
  }
}
