package io.phalanx.node.ike;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How many requests of ours may be under way (RFC 7296 §2.3): the peer says how many it takes, and
 * a request waits until all are answered that came so many before it.
 *
 * <p>What follows from an answer, as the deletion of what was rekeyed, is put in line at once, so
 * that it is in the image and a successor does it; it is sent when its turn comes.
 */
final class Window {
  /** A bound of ours: each request in flight is kept in the image. */
  static final int REQUESTS_MAX = 8;

  private static final long MESSAGE_ID_MASK = 0xffff_ffffL;

  private Window() {}

  private static int size(IkeSa sa) {
    return Math.clamp(sa.extensions.peerWindow(), 1, REQUESTS_MAX);
  }

  /** Whether a request with this message id may be sent now. */
  static boolean admits(IkeSa sa, long messageId) {
    return sa.requests.isEmpty()
        || ((messageId - sa.requests.getFirst().messageId()) & MESSAGE_ID_MASK) < size(sa);
  }

  /** Whether another exchange may begin, as far as the window goes. */
  static boolean hasRoom(IkeSa sa) {
    return sa.requests.isEmpty()
        || (sa.phase == Phase.ESTABLISHED
            && !sa.asking(Purpose::alone)
            && admits(sa, sa.nextOwnId));
  }

  /** Requests that may be under way now. */
  static Stream<RequestInFlight> open(IkeSa sa) {
    return sa.requests.stream().filter(each -> admits(sa, each.messageId()));
  }

  /** Whether a task gets along with what is in flight. */
  static boolean admits(IkeSa sa, Task task) {
    if (sa.requests.isEmpty()) {
      return true;
    }
    return switch (task) {
      case Task.RekeyIke _, Task.CloneIke _, Task.DeleteIke _, Task.Liveness _, Task.Redirect _ ->
          false;
      case Task.NewChild(var child) -> !makes(sa, child);
      case Task.RekeyChild(int spi) -> !concerns(sa, spi);
      case Task.DeleteChild(int spi) -> !concerns(sa, spi);
    };
  }

  /** Whether a request in flight makes this child. */
  static boolean makes(IkeSa sa, String child) {
    return sa.requests.stream()
        .anyMatch(each -> Purpose.of(each) == Purpose.NEW_CHILD && each.child().equals(child));
  }

  /** Whether a request in flight rekeys or deletes this Child SA. */
  static boolean concerns(IkeSa sa, int inboundSpi) {
    long spi = Integer.toUnsignedLong(inboundSpi);
    return sa.asking(Purpose.REKEY_CHILD, spi) || sa.asking(Purpose.DELETE_CHILD, spi);
  }

  /** Notes what an authentic message of the peer says of its window. */
  static void note(IkeSa sa, IkeMessage message) {
    message
        .all(Notify.class)
        .filter(each -> each.type().equals(NotifyType.SET_WINDOW_SIZE))
        .map(Notifies::requests)
        .flatMapToLong(OptionalLong::stream)
        .findFirst()
        .ifPresent(requests -> note(sa, Math.clamp(requests, 1, REQUESTS_MAX)));
  }

  private static void note(IkeSa sa, int requests) {
    if (sa.extensions.peerWindow() != requests) {
      sa.extensions = sa.extensions.withPeerWindow(requests);
      sa.changes.touch();
    }
  }
}
