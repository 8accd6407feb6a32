package io.phalanx.replication;

import java.util.concurrent.CompletionStage;

/** The leases of SA clusters: how far an owner may send and accept. */
public interface LeaseStore {
  /**
   * Sets both limits, if the fence is in force.
   *
   * <p>Changes take effect in the order of the calls: one whose outcome is {@link Outcome#UNKNOWN}
   * may have happened or may not, but it never happens after a later call for the same SA cluster.
   * (A lowering that came late would undo a raise that is granted and used already.)
   *
   * @param outLease only numbers below it may be sent; never lower than the one in the store
   * @param inLimit only numbers up to it may be accepted; may be lower (settling)
   * @return {@link Outcome#DONE} only when the backups have it
   */
  CompletionStage<Outcome> setLimits(int saId, Fence fence, long outLease, long inLimit);
}
