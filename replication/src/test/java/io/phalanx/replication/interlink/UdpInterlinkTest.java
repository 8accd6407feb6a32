package io.phalanx.replication.interlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpInterlinkTest {
  private final Map<Integer, InetSocketAddress> addresses = new HashMap<>();
  private final List<UdpInterlink> open = new ArrayList<>();
  private final Queue<String> got = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void chooseAddresses() throws IOException {
    for (int member = 1; member <= 3; member++) {
      try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        addresses.put(
            member, new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()));
      }
    }
  }

  @AfterEach
  void close() {
    open.forEach(UdpInterlink::close);
  }

  private UdpInterlink start(int member, int incarnation, ClusterKey... keys) throws IOException {
    Map<Integer, InetSocketAddress> peers = new HashMap<>(addresses);
    InetSocketAddress bind = addresses.get(member);
    peers.remove(member);
    InterlinkSettings settings =
        new InterlinkSettings(
            new Owner(member, incarnation),
            bind == null ? new InetSocketAddress(0) : bind,
            peers,
            keys.length == 0 ? List.of(SealingTest.key(1)) : List.of(keys),
            Duration.ofMillis(20),
            Duration.ofMillis(400),
            member * 1_000_003L + incarnation);
    UdpInterlink interlink = UdpInterlink.start(settings, new Recorder(member), new Quiet());
    open.add(interlink);
    return interlink;
  }

  private final class Recorder implements Interlink.Receiver {
    private final int self;

    Recorder(int self) {
      this.self = self;
    }

    @Override
    public void espForwarded(int from, UdpDatagram datagram, int hops) {
      got.add(self + " esp " + from + " " + datagram.payload().length + " " + hops);
    }

    @Override
    public void clearForwarded(int from, byte[] packet, int hops) {
      got.add(self + " clear " + from + " " + packet.length + " " + hops);
    }

    @Override
    public void ikeForwarded(int from, UdpDatagram datagram, int hops) {
      got.add(self + " ike " + from + " " + datagram.peer().getPort() + " " + hops);
    }

    @Override
    public void note(int from, byte[] note) {}

    @Override
    public void childDue(int from, long ikeSpi, int saId, boolean exhausted) {
      got.add(self + " due " + from + " " + ikeSpi + " " + saId + " " + exhausted);
    }

    @Override
    public void handedOver(int from, long ikeSpi, int saId) {
      got.add(self + " handed over " + from + " " + ikeSpi + " " + saId);
    }

    @Override
    public void peerMoved(int from, long ikeSpi, int saId, PeerPath path) {
      got.add(self + " moved " + from + " " + ikeSpi + " " + saId + " " + path.peer().getPort());
    }
  }

  private static final class Quiet implements InterlinkListener {
    @Override
    public void selfPaused(long gapNanos) {}

    @Override
    public void duplicateMemberId(Owner other) {}
  }

  private static void awaitLiving(UdpInterlink interlink, Owner... owners) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> interlink.living().equals(Set.of(owners)));
  }

  @Test
  void membersFindEachOtherAndNoticeWhoLeaves() throws IOException {
    Owner first = new Owner(1, 10);
    Owner second = new Owner(2, 20);
    Owner third = new Owner(3, 30);
    UdpInterlink one = start(1, 10);
    UdpInterlink two = start(2, 20);
    UdpInterlink three = start(3, 30);
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    awaitLiving(one, first, second, third);
    awaitLiving(two, first, second, third);
    assertThat(one.alive(second)).isTrue();
    one.watch(
        new Membership.Listener() {
          @Override
          public void up(Owner owner) {
            seen.add("up " + owner.member());
          }

          @Override
          public void down(Owner owner) {
            seen.add("down " + owner.member());
          }

          @Override
          public void left(Owner owner) {
            seen.add("left " + owner.member());
          }
        });
    // It watches on its own thread, and a goodbye that comes before would be seen by nobody.
    await().until(() -> seen.containsAll(List.of("up 2", "up 3")));
    three.close();
    awaitLiving(one, first, second);
    await().until(() -> seen.contains("left 3"));
    assertThat(seen).containsExactlyInAnyOrder("up 2", "up 3", "left 3");
  }

  @Test
  void packetsAreForwardedToWhomTheyAreFor() throws IOException {
    UdpInterlink one = start(1, 10);
    UdpInterlink two = start(2, 20);
    awaitLiving(one, one.self(), two.self());
    awaitLiving(two, one.self(), two.self());
    UdpDatagram datagram =
        new UdpDatagram(new InetSocketAddress("192.0.2.1", 4500), true, new byte[1400]);
    one.esp(2, datagram, 1);
    one.clear(2, new byte[2000], 100, 1500, 0);
    one.ike(2, datagram, 2);
    one.childDue(2, 11, 22, true);
    one.peerMoved(2, 11, 22, PeerPath.to(datagram.peer()));
    one.clear(2, new byte[65_000], 0, 65_000, 0);
    one.clear(2, new byte[65_535], 0, 65_535, 0);
    one.esp(77, datagram, 0);
    await().until(() -> got.size() == 6);
    assertThat(got)
        .containsExactly(
            "2 esp 1 1400 1",
            "2 clear 1 1500 0",
            "2 ike 1 4500 2",
            "2 due 1 11 22 true",
            "2 moved 1 11 22 4500",
            "2 clear 1 65000 0");
    assertThat(one.counters().notSent()).isEqualTo(2);
  }

  @Test
  void strangersAndOtherKeysAreNotHeard() throws IOException {
    UdpInterlink one = start(1, 10);
    UdpInterlink foreign = start(2, 20, SealingTest.key(9));
    try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      byte[] garbage = new byte[100];
      stranger.send(new java.net.DatagramPacket(garbage, garbage.length, addresses.get(1)));
      await().until(() -> one.counters().strangers() == 1);
    }
    await().until(() -> one.counters().notAuthentic() > 3);
    assertThat(one.living()).containsExactly(one.self());
    assertThat(foreign.living()).containsExactly(foreign.self());
    assertThat(one.counters().received()).isZero();
  }

  @Test
  void keysAreRotatedWhileMembersGoOn() throws IOException {
    UdpInterlink one = start(1, 10, SealingTest.key(1), SealingTest.key(2));
    UdpInterlink two = start(2, 20, SealingTest.key(2), SealingTest.key(1));
    awaitLiving(one, one.self(), two.self());
    awaitLiving(two, one.self(), two.self());
  }

  @Test
  void aRestartedMemberIsAnotherOwner() throws IOException {
    UdpInterlink one = start(1, 10);
    UdpInterlink two = start(2, 20);
    awaitLiving(one, one.self(), two.self());
    two.close();
    UdpInterlink again = start(2, 21);
    awaitLiving(one, one.self(), again.self());
    assertThat(one.alive(two.self())).isFalse();
    assertThat(again.probation().toCompletableFuture().join()).isEmpty();
  }

  @Test
  void anAddressThatIsTakenIsTold() throws IOException {
    start(1, 10);
    assertThatThrownBy(() -> start(1, 11))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen");
  }
}
