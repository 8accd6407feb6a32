package io.phalanx.it.demo;

import io.phalanx.it.analysis.Datagram;
import io.phalanx.it.analysis.Exchanges;
import io.phalanx.it.analysis.Uniqueness;
import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.PacketTap;
import io.phalanx.it.balancer.Port;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Keeps what the balancer passes on: every datagram towards the gateway for the replay, and the
 * books of both directions. Bounded by {@link DemoOptions}, which bounds the traffic.
 */
final class Recorder implements PacketTap {
  /** A datagram of the client, as it went to the gateway. */
  record Captured(InetSocketAddress client, Port port, boolean esp, byte[] payload) {}

  private final List<Captured> captured = new ArrayList<>();
  private final Uniqueness toGateway = new Uniqueness();
  private final Uniqueness toClient = new Uniqueness();
  private final Exchanges afterKill = new Exchanges();
  private boolean killed;
  private String watchedFor = "";
  private OptionalLong survivorSentNanos = OptionalLong.empty();

  @Override
  public synchronized void packet(
      Direction direction,
      Port port,
      InetSocketAddress client,
      Backend backend,
      ByteBuffer payload) {
    Datagram datagram = Datagram.read(port == Port.NAT, payload);
    boolean fromClient = direction == Direction.TO_GATEWAY;
    if (datagram instanceof Datagram.Esp esp) {
      (fromClient ? toGateway : toClient).add(esp);
      if (!fromClient
          && !watchedFor.isEmpty()
          && !backend.name().equals(watchedFor)
          && survivorSentNanos.isEmpty()) {
        survivorSentNanos = OptionalLong.of(System.nanoTime());
      }
    } else if (killed && datagram instanceof Datagram.Ike ike) {
      afterKill.add(ike, fromClient);
    }
    if (fromClient) {
      byte[] copy = new byte[payload.remaining()];
      payload.get(payload.position(), copy);
      captured.add(new Captured(client, port, datagram instanceof Datagram.Esp, copy));
    }
  }

  /** From now on exchanges count, and the first ESP of a member other than this one is noted. */
  synchronized void killing(String member) {
    killed = true;
    watchedFor = member;
    survivorSentNanos = OptionalLong.empty();
  }

  /** When the first ESP packet of a survivor towards the client was seen since {@link #killing}. */
  synchronized OptionalLong survivorSentNanos() {
    return survivorSentNanos;
  }

  synchronized List<Captured> captured() {
    return List.copyOf(captured);
  }

  synchronized long sequencesReused() {
    return toGateway.sequencesReused() + toClient.sequencesReused();
  }

  synchronized long noncesReused() {
    return toGateway.ivsReused() + toClient.ivsReused();
  }

  /** What the gateway never used: the ends of leases that a successor could not know about. */
  synchronized long numbersSkipped() {
    return toClient.sequencesSkipped();
  }

  /** SPIs of ESP in both directions. */
  synchronized int espSpis() {
    return toGateway.spis().size() + toClient.spis().size();
  }

  synchronized int exchangesAfterKill() {
    return afterKill.total();
  }

  synchronized String exchangesAfterKillText() {
    return afterKill.summary();
  }

  synchronized List<String> reuseExamples() {
    List<String> examples = new ArrayList<>(toGateway.examples());
    examples.addAll(toClient.examples());
    return examples;
  }
}
