package io.phalanx.node.ike;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Makes messages that our initiator would never send. */
final class Forge {
  static final NonceSource NONCES =
      new NonceSource() {
        private long next = 0x7000_0000_0000_0000L;

        @Override
        public long next() {
          return reserve(1);
        }

        @Override
        public long reserve(int count) {
          next += count;
          return next - count;
        }
      };

  private Forge() {}

  /** A protected request of the initiator of this IKE SA, with its next message id. */
  static byte[] request(IkeSaImage initiator, ExchangeType exchange, List<Payload> payloads) {
    return request(initiator, exchange, initiator.nextOwnId(), payloads);
  }

  static byte[] request(
      IkeSaImage initiator, ExchangeType exchange, long messageId, List<Payload> payloads) {
    IkeHeader header =
        new IkeHeader(initiator.localSpi(), initiator.peerSpi(), exchange, true, false, messageId);
    return SkCipher.ofInitiator(initiator.suite(), initiator.keys())
        .encrypt(header, payloads, NONCES, new SecureRandom());
  }

  /** A protected message of whichever end has this image. */
  static byte[] message(
      IkeSaImage own,
      ExchangeType exchange,
      boolean response,
      long messageId,
      List<Payload> payloads) {
    IkeHeader header =
        own.initiator()
            ? new IkeHeader(own.localSpi(), own.peerSpi(), exchange, true, response, messageId)
            : new IkeHeader(own.peerSpi(), own.localSpi(), exchange, false, response, messageId);
    SkCipher cipher =
        own.initiator()
            ? SkCipher.ofInitiator(own.suite(), own.keys())
            : SkCipher.ofResponder(own.suite(), own.keys());
    return cipher.encrypt(header, payloads, NONCES, new SecureRandom());
  }

  /** The same request of the initiator with one payload more. */
  static byte[] with(IkeSaImage initiator, byte[] message, Payload more) {
    SkCipher cipher = SkCipher.ofInitiator(initiator.suite(), initiator.keys());
    if (cipher.decrypt(message) instanceof Decoded.Ok(IkeMessage opened)) {
      List<Payload> payloads = new ArrayList<>(opened.payloads());
      payloads.add(more);
      return cipher.encrypt(opened.header(), payloads, NONCES, new SecureRandom());
    }
    throw new AssertionError("cannot be opened");
  }

  /** An IKE_SA_INIT request. */
  static byte[] init(long spi, List<Payload> payloads) {
    return MessageCodec.encode(
        new IkeMessage(new IkeHeader(spi, 0, ExchangeType.IKE_SA_INIT, true, false, 0), payloads));
  }

  /** The side gets this on its NAT port. */
  static void deliver(Side to, byte[] message) {
    deliver(to, new InetSocketAddress(Configs.LEFT_ADDRESS, 4500), true, message);
  }

  static void deliver(Side to, InetSocketAddress from, boolean natPort, byte[] message) {
    to.step(new Event.Received(new UdpDatagram(from, natPort, message)));
  }

  /** What the responder has answered last, opened. */
  static IkeMessage lastAnswer(World world, IkeSaImage initiator) {
    byte[] message = world.seen.stream().filter(s -> !s.fromLeft()).toList().getLast().message();
    if (SkCipher.ofResponder(initiator.suite(), initiator.keys()).decrypt(message)
        instanceof Decoded.Ok(IkeMessage opened)) {
      return opened;
    }
    throw new AssertionError("cannot be opened");
  }
}
