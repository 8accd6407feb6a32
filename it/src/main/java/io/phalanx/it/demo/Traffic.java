package io.phalanx.it.demo;

import io.phalanx.it.analysis.Arrivals;
import io.phalanx.it.analysis.ProbePacket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Numbered packets through the tunnel, both ways at a steady rate: from the application behind the
 * initiator to the protected network, and back through whichever member the network's route names.
 */
final class Traffic implements AutoCloseable {
  /** Steady traffic, and a second stream for trials before and after it. */
  enum Stream {
    STEADY(1),
    TRIAL(2);

    private final int code;

    Stream(int code) {
      this.code = code;
    }

    static Optional<Stream> of(int code) {
      return Arrays.stream(values()).filter(stream -> stream.code == code).findFirst();
    }
  }

  private static final int PACKET_OCTETS = 100;
  private static final int BEHIND_MAX = 50;
  private static final int SOCKET_BUFFER_OCTETS = 4 << 20;

  /** One end of the tunnel: its socket, and what arrives there. */
  private static final class End {
    final DatagramSocket socket;
    final Arrivals steady = new Arrivals();
    final Arrivals trial = new Arrivals();
    final AtomicLong replayed = new AtomicLong();
    final AtomicLong late = new AtomicLong();

    End(InetSocketAddress address) throws IOException {
      try {
        socket = new DatagramSocket(address);
      } catch (SocketException taken) {
        throw new IOException("cannot open UDP " + address + ": " + taken.getMessage(), taken);
      }
      socket.setReceiveBufferSize(SOCKET_BUFFER_OCTETS);
    }

    Arrivals of(Stream stream) {
      return stream == Stream.STEADY ? steady : trial;
    }
  }

  private final End network;
  private final End application;
  private final InetSocketAddress initiatorClear;
  private final Supplier<InetSocketAddress> route;
  private final Site site;
  private volatile boolean replaying;
  private volatile boolean sending;
  private volatile String watchedFor = "";
  private volatile OptionalLong survivorDeliveredNanos = OptionalLong.empty();

  /**
   * @param route the clear side of the member that the protected network sends through now
   */
  Traffic(Site site, Supplier<InetSocketAddress> route) throws IOException {
    this.site = site;
    this.route = route;
    this.initiatorClear = site.clear(site.initiator());
    this.network = new End(site.protectedNetwork());
    this.application = new End(site.application());
    receiver("protected network", network);
    receiver("application", application);
  }

  /** Sends until {@link #stop}, on a thread of its own. */
  void start(InetAddress virtualAddress, int rate) {
    sending = true;
    Thread.ofPlatform()
        .daemon()
        .name("traffic")
        .start(
            () -> {
              long interval = 1_000_000_000L / rate;
              long due = System.nanoTime();
              while (sending) {
                send(Stream.STEADY, virtualAddress);
                // After a stall the missed packets are not sent in one burst, past a bound.
                due = Math.max(due + interval, System.nanoTime() - BEHIND_MAX * interval);
                long wait = due - System.nanoTime();
                if (wait > 0) {
                  LockSupport.parkNanos(wait);
                }
              }
            });
  }

  void stop() {
    sending = false;
  }

  /** One packet in each direction. */
  void send(Stream stream, InetAddress virtualAddress) {
    send(
        application.socket,
        initiatorClear,
        new ProbePacket(
            virtualAddress, Site.PROTECTED_HOST, stream.code, network.of(stream).nextNumber()));
    send(
        network.socket,
        route.get(),
        new ProbePacket(
            Site.PROTECTED_HOST, virtualAddress, stream.code, application.of(stream).nextNumber()));
  }

  /** What arrives at the protected network. */
  Arrivals towardsNetwork(Stream stream) {
    return network.of(stream);
  }

  /** What arrives at the application. */
  Arrivals towardsClient(Stream stream) {
    return application.of(stream);
  }

  /** From now on an arrival is the effect of a replay. */
  void replaying() {
    replaying = true;
  }

  void replaysEnd() {
    replaying = false;
  }

  /** Packets delivered a second time during the replay. */
  long replaysDelivered() {
    return network.replayed.get() + application.replayed.get();
  }

  /** Packets that were lost on the way and delivered, for the first time, by the replay. */
  long deliveredLate() {
    return network.late.get() + application.late.get();
  }

  /** From now on the first delivery by a member other than this one is noted. */
  void killing(InetAddress member) {
    survivorDeliveredNanos = OptionalLong.empty();
    watchedFor = member.getHostAddress();
  }

  OptionalLong survivorDeliveredNanos() {
    return survivorDeliveredNanos;
  }

  @Override
  public void close() {
    stop();
    network.socket.close();
    application.socket.close();
  }

  private void send(DatagramSocket from, InetSocketAddress to, ProbePacket probe) {
    byte[] octets = probe.encode(PACKET_OCTETS);
    try {
      from.send(new DatagramPacket(octets, octets.length, to));
    } catch (IOException lost) {
      // A member that is gone refuses: the packet counts as lost, as it is.
      Thread.onSpinWait();
    }
  }

  private void receiver(String name, End end) {
    Thread.ofPlatform().daemon().name(name).start(() -> receive(end));
  }

  private void receive(End end) {
    byte[] buffer = new byte[2048];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    while (!end.socket.isClosed()) {
      try {
        packet.setLength(buffer.length);
        end.socket.receive(packet);
        long now = System.nanoTime();
        ProbePacket.decode(ByteBuffer.wrap(buffer, 0, packet.getLength()))
            .ifPresent(probe -> arrived(end, probe, packet.getAddress(), now));
      } catch (IOException closedOrRefused) {
        // Refusals of earlier sends come up here too; only close ends the loop.
        Thread.onSpinWait();
      }
    }
  }

  private void arrived(End end, ProbePacket probe, InetAddress from, long nowNanos) {
    Optional<Arrivals> arrivals = Stream.of(probe.direction()).map(end::of);
    if (replaying) {
      boolean first = arrivals.map(book -> book.replayed(probe.number())).orElse(false);
      (first ? end.late : end.replayed).incrementAndGet();
      return;
    }
    arrivals.ifPresent(book -> book.arrived(probe.number(), nowNanos));
    if (end == network
        && !watchedFor.isEmpty()
        && survivorDeliveredNanos.isEmpty()
        && !from.getHostAddress().equals(watchedFor)) {
      survivorDeliveredNanos = OptionalLong.of(nowNanos);
    }
  }

  @Override
  public String toString() {
    return "traffic at " + site.block();
  }
}
