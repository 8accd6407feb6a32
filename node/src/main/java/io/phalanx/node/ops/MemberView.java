package io.phalanx.node.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.phalanx.config.Identity;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Sends peers to another gateway from now on, those that come and those that are here, as far as
   * they can go (RFC 5685). Only until this member ends; the configuration is for longer.
   *
   * @param gateway an address or a name; empty for as the configuration says
   * @return whether it has begun
   */
  boolean redirect(Optional<Identity> gateway);

  /**
   * Takes sessions of this member out of the cluster, sealed for another one. They are in the
   * answer and nowhere else.
   *
   * @param partner by its name in the configuration
   * @param sessionIds which; empty for all
   */
  TransferView exportContexts(String partner, Set<Long> sessionIds);

  /**
   * Takes the sessions of a set of another cluster into this one, and goes on with them.
   *
   * @param partner by its name in the configuration
   */
  TransferView importContexts(String partner, byte[] set);

  PrometheusMeterRegistry metrics();

  /**
   * The sessions that this member knows of, its own and those of others.
   *
   * @param max how many at most
   */
  List<SessionView> sessions(int max);
}
