package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.auth.SharedKeyAuth;
import io.phalanx.node.auth.SignedOctets;
import io.phalanx.node.eap.EapPeer;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.image.IkeSaImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An initiator that authenticates by EAP: the engine of the left side does IKE_SA_INIT, and this
 * does IKE_AUTH in its place, sending each request until its answer comes.
 */
final class EapClient {
  private static final int TRIES_MAX = 8;
  private static final int ROUNDS_MAX = 60;

  private static final IkeMessage NONE =
      new IkeMessage(new IkeHeader(0, 0, ExchangeType.IKE_AUTH, false, true, 0), List.of());

  private final World world;
  private final EapPeer peer;
  private final List<Payload> extra;
  private Optional<byte[]> captured = Optional.empty();
  private IkeSaImage image;
  private long messageId = 1;
  IkeMessage first = NONE;
  IkeMessage last = NONE;

  EapClient(World world, EapPeer peer, Payload... extra) {
    this.world = world;
    this.peer = peer;
    this.extra = List.of(extra);
    world.tamper = this::capture;
    world.left.step(new Event.Initiate("conn"));
    for (int i = 0; i < 40 && captured.isEmpty(); i++) {
      world.run(200);
    }
    image = world.left.ikeSas().getFirst();
  }

  /** Of the engine in whose place this speaks nothing is heard but IKE_SA_INIT. */
  private byte[] capture(byte[] message) {
    boolean engines =
        MessageCodec.header(message)
            .filter(each -> each.fromInitiator() && !each.response())
            .filter(each -> !each.exchange().equals(ExchangeType.IKE_SA_INIT))
            .isPresent();
    if (engines && captured.isEmpty()) {
      captured = Optional.of(message);
    }
    return engines ? new byte[0] : message;
  }

  /** The first round alone. */
  Payload.Identification begin() {
    List<Payload> payloads = new ArrayList<>(own(captured.orElseThrow()));
    Payload.Identification idi =
        payloads.stream()
            .filter(Payload.Identification.class::isInstance)
            .map(Payload.Identification.class::cast)
            .findFirst()
            .orElseThrow();
    payloads.addAll(extra);
    first = ask(payloads);
    last = first;
    return idi;
  }

  /** Goes all the way; whether both ends are content. */
  boolean connect() {
    Payload.Identification idi = begin();
    for (int round = 0; round < ROUNDS_MAX && !peer.succeeded; round++) {
      Optional<byte[]> packet = last.first(Payload.Eap.class).map(Payload.Eap::message);
      Optional<byte[]> answer = packet.flatMap(peer::answer);
      if (peer.failed || packet.isEmpty()) {
        return false;
      }
      if (answer.isPresent()) {
        last = ask(List.of(new Payload.Eap(answer.get())));
      }
    }
    if (!peer.succeeded) {
      return false;
    }
    last = ask(List.of(proof(idi.identity())));
    return proved(last);
  }

  private List<Payload> own(byte[] message) {
    return open(SkCipher.ofInitiator(image.suite(), image.keys()), message).payloads().stream()
        .filter(each -> !(each instanceof Payload.Authentication))
        .toList();
  }

  private Payload proof(Identity idi) {
    byte[] octets =
        SignedOctets.ofInitiator(
            image.suite().prf(), image.init().orElseThrow(), image.keys(), idi);
    return SharedKeyAuth.create(image.suite().prf(), peer.msk, octets);
  }

  private boolean proved(IkeMessage answer) {
    byte[] octets =
        SignedOctets.ofResponder(
            image.suite().prf(), image.init().orElseThrow(), image.keys(), Configs.RIGHT);
    return answer
        .first(Payload.Authentication.class)
        .filter(each -> SharedKeyAuth.verify(image.suite().prf(), peer.msk, octets, each))
        .isPresent();
  }

  /** Sends a request, again and again, until its answer is there. */
  private IkeMessage ask(List<Payload> payloads) {
    long id = messageId++;
    byte[] request = Forge.request(image, ExchangeType.IKE_AUTH, id, payloads);
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      UdpDatagram datagram = new UdpDatagram(world.left.natted, true, request);
      world.after(1, () -> world.right.step(new Event.Received(datagram)));
      world.run(500);
      Optional<byte[]> answer = answer(id);
      if (answer.isPresent()) {
        return open(SkCipher.ofResponder(image.suite(), image.keys()), answer.get());
      }
    }
    throw new AssertionError("no answer to request " + id + ": " + world.right.reports);
  }

  private Optional<byte[]> answer(long id) {
    return world.seen.stream()
        .filter(each -> !each.fromLeft())
        .map(World.Seen::message)
        .filter(
            each ->
                MessageCodec.header(each)
                    .filter(header -> header.response() && header.messageId() == id)
                    .filter(header -> header.initiatorSpi() == image.localSpi())
                    .isPresent())
        .findFirst();
  }

  private static IkeMessage open(SkCipher cipher, byte[] message) {
    if (cipher.decrypt(message) instanceof Decoded.Ok(IkeMessage opened)) {
      return opened;
    }
    throw new AssertionError("cannot be opened");
  }

  /** A request like those of this client, whatever it says. */
  byte[] forged(List<Payload> payloads) {
    return Forge.request(image, ExchangeType.IKE_AUTH, messageId++, payloads);
  }
}
