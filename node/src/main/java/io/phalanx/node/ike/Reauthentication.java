package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.List;
import java.util.OptionalLong;

/**
 * Repeated authentication (RFC 4478): a responder says how long an authentication holds; an
 * initiator makes a new IKE SA in time, and deletes the old one once the new one stands. A rekey of
 * the IKE SA changes nothing in that.
 */
final class Reauthentication {
  /** An initiator begins a tenth of the time early, at most a minute. */
  private static final long EARLY_MILLIS_MAX = 60_000;

  /** Pause between two attempts. */
  private static final long RETRY_MILLIS = 10_000;

  private Reauthentication() {}

  /**
   * As responder: how long the authentication that has just succeeded holds, by our configuration
   * or the RADIUS server (RFC 2865 §5.27).
   */
  static List<Payload> grant(IkeSa sa, Connection connection, long nowMillis) {
    long configured = connection.reauthAfter().toSeconds();
    long granted = sa.grants.sessionSeconds();
    long seconds =
        configured == 0 || granted == 0
            ? Math.max(configured, granted)
            : Math.min(configured, granted);
    if (seconds == 0) {
      return List.of();
    }
    sa.reauthAtMillis = nowMillis + seconds * 1000;
    return List.of(Notifies.authLifetime(seconds));
  }

  /** As initiator: notes what the responder or our own configuration asks for. */
  static void note(IkeSa sa, Connection connection, IkeMessage message, long nowMillis) {
    OptionalLong granted =
        message
            .all(Notify.class)
            .filter(each -> each.type().equals(NotifyType.AUTH_LIFETIME))
            .flatMapToLong(each -> Notifies.seconds(each).stream())
            .findFirst();
    long own = connection.reauthAfter().toMillis();
    long peers = granted.orElse(0) * 1000;
    long millis = own == 0 || peers == 0 ? Math.max(own, peers) : Math.min(own, peers);
    if (millis > 0) {
      sa.reauthAtMillis = nowMillis + millis - Math.min(millis / 10, EARLY_MILLIS_MAX);
    }
  }

  static boolean isDue(IkeSa sa, long nowMillis) {
    return sa.phase == Phase.ESTABLISHED
        && sa.reauthAtMillis != 0
        && nowMillis >= sa.reauthAtMillis;
  }

  /** When to look at it next. */
  static long nextAtMillis(IkeSa sa) {
    return sa.phase == Phase.ESTABLISHED && sa.reauthAtMillis != 0
        ? Math.max(sa.reauthAtMillis, sa.local.reauthTryAtMillis)
        : Agenda.NEVER;
  }

  /**
   * What is to be done with an IKE SA that is due: whoever can call the peer makes a new one,
   * whoever cannot ends the old one (RFC 4478 §3).
   *
   * @return whether a new one is to be begun now
   */
  static boolean act(IkeSa sa, Connection connection, long nowMillis) {
    if (connection.remoteAddress().isEmpty()) {
      sa.local.terminateCause = Accounts.SESSION_TIMEOUT;
      sa.local.want(new Task.DeleteIke("the peer has not authenticated anew in time"));
      return false;
    }
    if (nowMillis < sa.local.reauthTryAtMillis) {
      return false;
    }
    sa.local.reauthTryAtMillis = nowMillis + RETRY_MILLIS;
    return true;
  }
}
