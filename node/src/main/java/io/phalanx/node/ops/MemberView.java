package io.phalanx.node.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/** A running member as an operator may see it. Called on threads of the admin port; may block. */
public interface MemberView {
  /** Whether the process works at all; when not, it is to be restarted. */
  boolean healthy();

  /** Whether peers may be sent here: joined, leases usable, sockets bound. */
  boolean ready();

  /** Why the member is not ready or not healthy, one line; empty when it is both. */
  String reason();

  /**
   * Begins to hand everything that this member owns to the others, unless it has begun. From now on
   * it is not ready.
   *
   * @param waitMillis for the balancer to send packets elsewhere, before anything moves
   */
  DrainView drain(long waitMillis);

  /** How far that is. */
  DrainView draining();

  PrometheusMeterRegistry metrics();

  /**
   * The sessions that this member knows of, its own and those of others.
   *
   * @param max how many at most
   */
  List<SessionView> sessions(int max);
}
