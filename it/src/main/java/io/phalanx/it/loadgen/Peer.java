package io.phalanx.it.loadgen;

import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ike.IkeEngine;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.image.SaClusterImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One peer: the production engine as initiator without a store, a socket, and its tunnels. */
final class Peer {
  /** What a peer has in common with all others. */
  interface Surroundings {
    Tunnel tunnel(SaClusterImage image);

    void send(Peer peer, UdpDatagram datagram);

    void keepalive(Peer peer);

    Events events();
  }

  private final int number;
  private final InetSocketAddress source;
  private final DatagramChannel socket;
  private final IkeEngine engine;
  private final Surroundings surroundings;
  private final Map<Integer, Tunnel> tunnels = new HashMap<>();
  private Optional<Tunnel> newest = Optional.empty();

  Peer(
      int number,
      InetSocketAddress source,
      DatagramChannel socket,
      IkeEngine engine,
      Surroundings surroundings) {
    this.number = number;
    this.source = source;
    this.socket = socket;
    this.engine = engine;
    this.surroundings = surroundings;
  }

  int number() {
    return number;
  }

  InetAddress address() {
    return source.getAddress();
  }

  DatagramChannel socket() {
    return socket;
  }

  /** Begins to call the gateway, and keeps at it. */
  void begin(long nowMillis) {
    step(new Event.Initiate(PeerConfig.CONNECTION), nowMillis);
  }

  void tick(long nowMillis) {
    step(new Event.Tick(), nowMillis);
  }

  void received(UdpDatagram datagram, long nowMillis) {
    step(new Event.Received(datagram), nowMillis);
  }

  private void step(Event event, long nowMillis) {
    for (Effect effect : engine.step(event, nowMillis)) {
      switch (effect) {
        case Effect.Send(UdpDatagram datagram) -> surroundings.send(this, datagram);
        case Effect.Keepalive _ -> surroundings.keepalive(this);
        case Effect.CommitImage(long id, _) ->
            step(new Event.Committed(id, Outcome.DONE), nowMillis);
        case Effect.InstallChild(var image, var _) -> {
          Tunnel made = surroundings.tunnel(image);
          tunnels.put(image.id(), made);
          newest = Optional.of(made);
        }
        case Effect.RemoveChild(int saId) -> remove(saId);
        case Effect.RemoveIkeSa(_, _, var saIds) -> saIds.forEach(this::remove);
        case Effect.Report(_, String name, String detail) ->
            surroundings.events().report(number, name, detail);
        case Effect.MovePeer _,
            Effect.LeaseAddresses _,
            Effect.CheckRevocation _,
            Effect.ReleaseAddresses _,
            Effect.AskRadius _,
            Effect.Account _,
            Effect.CountChild _,
            Effect.FindOwner _,
            Effect.GivenAway _,
            Effect.Gather _,
            Effect.PeerBeganAnew _,
            Effect.LookUp _ -> {}
      }
    }
  }

  private void remove(int saId) {
    tunnels.remove(saId);
    if (newest.filter(tunnel -> tunnel.id() == saId).isPresent()) {
      newest = tunnels.values().stream().findFirst();
    }
  }

  /** The tunnel that packets take; empty while there is none. */
  Optional<Tunnel> tunnel() {
    return newest;
  }

  /** The tunnel of one of our SPIs. */
  Optional<Tunnel> tunnel(int spi) {
    return Optional.ofNullable(tunnels.get(spi));
  }

  void close() throws IOException {
    socket.close();
  }
}
