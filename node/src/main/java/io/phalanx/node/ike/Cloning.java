package io.phalanx.node.ike;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.Account.Stage;
import java.util.List;
import java.util.Optional;

/**
 * A rekey of an IKE SA that leaves the old one where it is, so that there is another one without
 * another authentication: CLONE_IKE_SA (RFC 7791), and for peers that speak only the draft before
 * it, KEEP_OLD_IKE_SA, whose number is a matter of configuration.
 *
 * <p>Both IKE SAs belong to one session and share its inner addresses; each has Child SAs, a path
 * and a member of its own. The addresses go back to their pool once no IKE SA of the session is
 * left in the store.
 */
final class Cloning {
  /**
   * How often one may have been cloned, with those that it comes from: 2^8 in a session at most.
   */
  static final int FAMILY_MAX = 8;

  private static final byte QUESTION = (byte) 0x80;
  private static final byte KEPT = 0;
  private static final byte UNUSED = 1;
  private static final int DATA_OCTETS = 4;

  private final Environment environment;

  Cloning(Environment environment) {
    this.environment = environment;
  }

  /**
   * What a rekey of the peer asks for the old IKE SA.
   *
   * @param keep whether it is to stay
   * @param refuse whether there is no room for another one
   * @param answer what tells the peer so
   */
  record Wish(boolean keep, boolean refuse, List<Payload> answer) {
    private static final Wish NONE = new Wish(false, false, List.of());
  }

  // In IKE_AUTH (RFC 7791 §5.1)

  static Notify supported() {
    return Notify.of(NotifyType.CLONE_IKE_SA_SUPPORTED);
  }

  static void note(IkeSa sa, IkeMessage message) {
    if (message.has(NotifyType.CLONE_IKE_SA_SUPPORTED)) {
      sa.extensions = sa.extensions.withClones(true);
    }
  }

  /** As responder. */
  static List<Payload> answer(IkeSa sa) {
    return sa.extensions.clones() ? List.of(supported()) : List.of();
  }

  // In CREATE_CHILD_SA

  /** As responder of the exchange: what the peer wants. */
  Wish wish(IkeSa sa, IkeMessage request) {
    boolean room = hasRoom(sa);
    if (sa.extensions.clones() && request.has(NotifyType.CLONE_IKE_SA)) {
      return new Wish(room, !room, List.of(Notify.of(NotifyType.CLONE_IKE_SA)));
    }
    return keepOld(request)
        .filter(data -> data[0] == QUESTION && (data[1] == KEPT || data[1] == UNUSED))
        .map(
            data -> {
              boolean keep = room && data[1] == KEPT;
              return new Wish(keep, false, List.of(keepOld((byte) 0, keep ? KEPT : UNUSED)));
            })
        .orElse(Wish.NONE);
  }

  /** What is accounted for, or ends when it is idle, is counted on one IKE SA: it has no others. */
  private static boolean hasRoom(IkeSa sa) {
    return sa.extensions.family() < FAMILY_MAX
        && sa.grants.account().stage() == Stage.NONE
        && sa.grants.idleSeconds() == 0;
  }

  /** As initiator: asks for it in the way that the peer knows; empty if there is none. */
  Optional<Notify> question(IkeSa sa) {
    if (!hasRoom(sa)) {
      return Optional.empty();
    }
    if (sa.extensions.clones()) {
      return Optional.of(Notify.of(NotifyType.CLONE_IKE_SA));
    }
    return type().map(_ -> keepOld(QUESTION, KEPT));
  }

  /** As initiator: whether the peer has kept the old one; else it was a rekey. */
  boolean kept(IkeSa sa, IkeMessage response) {
    return (sa.extensions.clones() && response.has(NotifyType.CLONE_IKE_SA))
        || keepOld(response).filter(data -> data[0] == 0 && data[1] == KEPT).isPresent();
  }

  /** The new one belongs to the session of the old one. */
  static void share(IkeSa old, IkeSa made) {
    int family = old.extensions.family() + 1;
    old.extensions = old.extensions.withFamily(family, old.extensions.cloned());
    made.extensions = made.extensions.withFamily(family, true);
    made.virtualAddresses = old.virtualAddresses;
    made.ownAddresses = old.ownAddresses;
    old.changes.touch();
    old.report("cloned", "spi=%016x -> %016x".formatted(old.localSpi, made.localSpi));
  }

  private Optional<NotifyType> type() {
    return Optional.of(environment.config().ike().keepOldIkeSa())
        .filter(number -> number != 0)
        .map(NotifyType::new);
  }

  private Notify keepOld(byte question, byte code) {
    return Notify.of(type().orElseThrow(), new byte[] {question, code, 0, 0});
  }

  private Optional<byte[]> keepOld(IkeMessage message) {
    return type()
        .flatMap(
            type -> message.all(Notify.class).filter(each -> each.type().equals(type)).findFirst())
        .map(Notify::data)
        .filter(data -> data.length == DATA_OCTETS);
  }
}
