package io.phalanx.node.ike;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.Interleavings.Message;
import io.phalanx.node.ike.Interleavings.State;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeHeader;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.SkCipher;
import io.phalanx.replication.image.IkeSaImage;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A way through the interleavings as a ladder diagram, with messages in the RFC's notation. */
final class Ladder {
  private final Interleavings of;
  private final List<Move> path;
  private final State start;
  private final StringBuilder text = new StringBuilder();
  private final Map<Long, IkeSaImage> known = new HashMap<>();

  Ladder(Interleavings of, List<Move> path, State start) {
    this.of = of;
    this.path = path;
    this.start = start;
  }

  String text() {
    State state = start;
    learn(state);
    for (Move move : path) {
      State next;
      try {
        next = of.apply(state, move);
      } catch (RuntimeException | AssertionError fault) {
        line(name(move), move);
        line("throws", fault);
        return text.toString();
      }
      learn(next);
      describe(move, state, next);
      state = next;
    }
    for (boolean left : List.of(true, false)) {
      SteppedSide side = of.side(left ? state.left() : state.right());
      line(left ? "left" : "right", "");
      side.images().forEach(each -> line("  has", summary(each)));
      line("  carries", hex(side.carried().keySet()));
      line("  stores", side.store().spis().stream().map("%016x"::formatted).toList());
      line("  stores", hex(side.store().children().keySet()));
    }
    return text.toString();
  }

  static List<String> hex(Iterable<Integer> numbers) {
    List<String> all = new java.util.ArrayList<>();
    numbers.forEach(each -> all.add("%08x".formatted(each)));
    return all;
  }

  static String summary(IkeSaImage image) {
    return "%016x/%016x %s ids %d/%d %s asks %s children %s replaced %s"
        .formatted(
            image.localSpi(),
            image.peerSpi(),
            image.phase(),
            image.nextOwnId(),
            image.nextPeerId(),
            image.expiresAtMillis() == 0
                ? "for ever"
                : "until +" + (image.expiresAtMillis() - Interleavings.START_MILLIS),
            image.requests().stream().map(IkeSaImage.RequestInFlight::purpose).toList(),
            image.children().stream()
                .map(c -> "%s %08x/%08x".formatted(c.child(), c.inboundSpi(), c.outboundSpi()))
                .toList(),
            image.rekeyedByPeer().stream()
                .map(r -> "%x by %x".formatted(r.replaced(), r.created()))
                .toList());
  }

  private void learn(State state) {
    for (int number : List.of(state.left(), state.right())) {
      of.side(number).images().forEach(each -> known.put(each.localSpi(), each));
    }
  }

  private void describe(Move move, State before, State after) {
    if (move instanceof Move.Deliver(int number, boolean again)) {
      Message message = of.message(number);
      String arrow = message.fromLeft() ? "left  ------> right" : "left  <------ right";
      line(arrow, notation(message) + (again ? " (a copy of it stays)" : ""));
    } else if (move instanceof Move.Lose(int number)) {
      line("lost", notation(of.message(number)));
    } else {
      line(name(move), move);
    }
    if (before.left() != after.left()) {
      of.side(after.left()).told().forEach(each -> line("", "left " + each));
    }
    if (before.right() != after.right()) {
      of.side(after.right()).told().forEach(each -> line("", "right " + each));
    }
  }

  private static String name(Move move) {
    return switch (move) {
      case Move.Begin(boolean left, _) -> (left ? "left" : "right") + " begins";
      case Move.Store(boolean left, _) -> (left ? "left" : "right") + "'s store answers";
      case Move.Crash(boolean left, _, _) -> (left ? "left" : "right") + " crashes";
      case Move.Sweep(boolean left) -> (left ? "left" : "right") + " sweeps";
      case Move.Time _ -> "time";
      case Move.LoseAll _ -> "all gets lost";
      case Move.Deliver _, Move.Lose _ -> "message";
    };
  }

  private String notation(Message message) {
    IkeHeader header = MessageCodec.header(message.octets()).orElseThrow();
    String head =
        "%s %s %d on %016x/%016x"
            .formatted(
                header.exchange(),
                header.response() ? "response" : "request",
                header.messageId(),
                header.initiatorSpi(),
                header.responderSpi());
    IkeSaImage image = known.get(header.initiatorSpi());
    image = image == null ? known.get(header.responderSpi()) : image;
    if (image == null) {
      return head;
    }
    SkCipher cipher =
        header.fromInitiator()
            ? SkCipher.ofInitiator(image.suite(), image.keys())
            : SkCipher.ofResponder(image.suite(), image.keys());
    return cipher.decrypt(message.octets()) instanceof Decoded.Ok(IkeMessage opened)
        ? head
            + ": HDR, SK {"
            + String.join(", ", opened.payloads().stream().map(p -> name(p, header)).toList())
            + "}"
        : head;
  }

  private static String name(Payload payload, IkeHeader header) {
    String side = header.response() ? "r" : "i";
    return switch (payload) {
      case Payload.SecurityAssociation _ -> "SA";
      case Payload.KeyExchange _ -> "KE" + side;
      case Payload.Nonce _ -> "N" + side;
      case Payload.TrafficSelectors selectors -> selectors.initiator() ? "TSi" : "TSr";
      case Payload.Delete delete ->
          "D(" + delete.spis().stream().map(HexFormat.of()::formatHex).toList() + ")";
      case Payload.Notify notify ->
          "N(" + name(notify.type()) + " " + HexFormat.of().formatHex(notify.spi()) + ")";
      default -> payload.getClass().getSimpleName();
    };
  }

  private static String name(NotifyType type) {
    return type.toString();
  }

  private void line(String what, Object detail) {
    text.append("%-20s %s%n".formatted(what, detail));
  }
}
