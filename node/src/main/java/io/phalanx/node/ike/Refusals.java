package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.iana.NotifyType;

/**
 * Replaces an IKE SA whose peer does not let it go on: it takes no further SAs (RFC 7296 §4), has
 * had no time for minutes (§2.25), or lets the IKE SA itself not be rekeyed (§2.8). Whoever can
 * call the peer makes a new one first, as when an authentication ends; whoever cannot ends the old
 * one.
 */
final class Refusals {
  /** How long a peer may refuse. */
  static final long PATIENCE_MILLIS = 5 * 60_000;

  /** What is refused after so long a silence is the first refusal again. */
  private static final long APART_MILLIS = 3 * 60_000;

  private Refusals() {}

  /** The peer has refused to rekey the IKE SA. */
  static void rekeyIke(IkeSa sa, Connection connection, NotifyType why, long nowMillis) {
    count(sa, connection, why, nowMillis);
  }

  /**
   * The peer has refused a Child SA; other reasons than those that may pass are between the two
   * configurations, and a new IKE SA would not help.
   */
  static void child(
      IkeSa sa, Connection connection, boolean rekey, NotifyType why, long nowMillis) {
    if (why.equals(NotifyType.TEMPORARY_FAILURE)
        || (rekey && why.equals(NotifyType.NO_ADDITIONAL_SAS))) {
      count(sa, connection, why, nowMillis);
    }
  }

  /** The peer has agreed to something. */
  static void ended(IkeSa sa) {
    sa.local.refusedSinceMillis = 0;
  }

  private static void count(IkeSa sa, Connection connection, NotifyType why, long nowMillis) {
    LocalState local = sa.local;
    if (local.refusedSinceMillis == 0 || nowMillis - local.refusedLastMillis > APART_MILLIS) {
      local.refusedSinceMillis = nowMillis;
    }
    local.refusedLastMillis = nowMillis;
    if (why.equals(NotifyType.NO_ADDITIONAL_SAS)
        || nowMillis - local.refusedSinceMillis >= PATIENCE_MILLIS) {
      replace(sa, connection, "the peer refuses with notify " + why.code(), nowMillis);
    }
  }

  private static void replace(IkeSa sa, Connection connection, String why, long nowMillis) {
    sa.report("replacing", why);
    if (connection.remoteAddress().isEmpty()) {
      sa.local.want(new Task.DeleteIke(why));
    } else if (!Reauthentication.isDue(sa, nowMillis)) {
      sa.reauthAtMillis = nowMillis;
      sa.changes.touch();
    }
  }
}
