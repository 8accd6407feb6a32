package io.phalanx.datapath.clear;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.datapath.linux.LinuxCalls;
import io.phalanx.datapath.loop.NettyPacketLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A TUN interface in a network namespace of the test's own, so that nothing is left behind. Needs
 * root: without it the tests fail and say so.
 */
@Tag("root")
class TunPortIT {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final long SIOCSIFADDR = 0x8916;
  private static final long SIOCSIFNETMASK = 0x891c;
  private static final String NAME = "phxtest0";

  @Test
  void shouldCarryPacketsBothWaysOnItsQueues() throws Exception {
    inOwnNetwork(
        () -> {
          Set<Integer> usedLoops = new ConcurrentSkipListSet<>();
          try (var loops = NettyPacketLoops.open(2);
              var port = new TunPort(NAME, 1400)) {
            port.start(
                loops,
                (loop, buffer, offset, length) -> {
                  if (buffer[offset] >> 4 == 4) {
                    usedLoops.add(loop);
                    turnRound(buffer, offset);
                    port.write(loop, buffer, offset, length);
                    port.flush(loop);
                  }
                });
            setAddress(NAME, "10.9.0.1", "255.255.255.0");
            NetworkInterface link = NetworkInterface.getByName(NAME);
            assertThat(link.isUp()).isTrue();
            assertThat(link.getMTU()).isEqualTo(1400);
            for (int flow = 0; flow < 32; flow++) {
              shouldEcho("flow " + flow, 5000 + flow);
            }
            shouldEcho("x".repeat(1372), 6000);
            shouldEchoMoreThanABatch();
            assertThat(port.dropped()).isZero();
          }
          assertThat(usedLoops).isNotEmpty().isSubsetOf(0, 1);
          assertThat(NetworkInterface.getByName(NAME)).isNull();
          return true;
        });
  }

  @Test
  void shouldCountWhatTheKernelDoesNotTake() throws Exception {
    inOwnNetwork(
        () -> {
          try (var loops = NettyPacketLoops.open(1);
              var port = new TunPort(NAME, 1400)) {
            port.start(loops, (loop, buffer, offset, length) -> {});
            loops.loop(0).submit(() -> port.write(0, new byte[60], 0, 60)).get();
            assertThat(port.dropped()).isEqualTo(1);
          }
          return true;
        });
  }

  @Test
  void shouldSayWhatIsWrongAndLeaveNothingBehind() throws Exception {
    inOwnNetwork(
        () -> {
          try (var loops = NettyPacketLoops.open(1);
              var port = new TunPort(NAME, 1 << 20)) {
            assertThatThrownBy(() -> port.start(loops, (loop, buffer, offset, length) -> {}))
                .isInstanceOf(ClearPortException.class)
                .hasMessageContaining("MTU 1048576")
                .hasMessageContaining(NAME);
            assertThat(NetworkInterface.getByName(NAME)).isNull();
          }
          return true;
        });
  }

  @Test
  void shouldCloseItsQueuesWithItsLoops() throws Exception {
    inOwnNetwork(
        () -> {
          var loops = NettyPacketLoops.open(2);
          var port = new TunPort(NAME, 1400);
          port.start(loops, (loop, buffer, offset, length) -> {});
          loops.close();
          port.close();
          assertThat(NetworkInterface.getByName(NAME)).isNull();
          return true;
        });
  }

  /** A namespace belongs to a thread; what the thread opens stays in it. */
  private static void inOwnNetwork(Callable<Boolean> test) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              enterOwnNetwork();
              return test.call();
            });
    Thread.ofPlatform().daemon().start(task);
    assertThat(task.get(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void enterOwnNetwork() {
    MethodHandle unshare = LinuxCalls.call("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls calls = new LinuxCalls(arena);
      long result;
      try {
        result = calls.orError((int) unshare.invokeExact(calls.state(), CLONE_NEWNET));
      } catch (Throwable e) {
        throw LinuxCalls.broken(e);
      }
      assertThat(result).as("unshare(CLONE_NEWNET): run this test as root").isZero();
    }
  }

  private static void setAddress(String name, String address, String mask) {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls calls = new LinuxCalls(arena);
      int socket = calls.socket(2, 2);
      assertThat(calls.ioctl(socket, SIOCSIFADDR, request(arena, name, address))).isZero();
      assertThat(calls.ioctl(socket, SIOCSIFNETMASK, request(arena, name, mask))).isZero();
      calls.close(socket);
    }
  }

  /** struct ifreq with a struct sockaddr_in. */
  private static MemorySegment request(Arena arena, String name, String address) {
    MemorySegment request = arena.allocate(40, 8);
    byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(octets, 0, request, JAVA_BYTE, 0, octets.length);
    request.set(JAVA_SHORT, 16, (short) 2);
    MemorySegment.copy(InetAddress.ofLiteral(address).getAddress(), 0, request, JAVA_BYTE, 20, 4);
    return request;
  }

  private static void shouldEcho(String text, int port) throws Exception {
    byte[] sent = text.getBytes(StandardCharsets.US_ASCII);
    try (var socket = new DatagramSocket(new InetSocketAddress("10.9.0.1", 0))) {
      socket.setSoTimeout(5_000);
      socket.send(new DatagramPacket(sent, sent.length, InetAddress.ofLiteral("10.9.0.2"), port));
      DatagramPacket received = new DatagramPacket(new byte[2000], 2000);
      socket.receive(received);
      assertThat(new String(received.getData(), 0, received.getLength(), StandardCharsets.US_ASCII))
          .isEqualTo(text);
    }
  }

  /** Packets wait in the queue when a batch ends; nothing but the loop coming back fetches them. */
  private static void shouldEchoMoreThanABatch() throws Exception {
    try (var socket = new DatagramSocket(new InetSocketAddress("10.9.0.1", 0))) {
      socket.setReceiveBufferSize(1 << 20);
      socket.setSoTimeout(5_000);
      for (int i = 0; i < 300; i++) {
        socket.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral("10.9.0.2"), 7000));
      }
      for (int i = 0; i < 300; i++) {
        socket.receive(new DatagramPacket(new byte[1], 1));
      }
    }
  }

  /** Swaps addresses and ports of a UDP packet over IPv4; checksums stay right. */
  private static void turnRound(byte[] packet, int offset) {
    swap(packet, offset + 12, offset + 16, 4);
    int udp = offset + (packet[offset] & 0xF) * 4;
    swap(packet, udp, udp + 2, 2);
  }

  private static void swap(byte[] packet, int left, int right, int octets) {
    for (int i = 0; i < octets; i++) {
      byte held = packet[left + i];
      packet[left + i] = packet[right + i];
      packet[right + i] = held;
    }
  }
}
