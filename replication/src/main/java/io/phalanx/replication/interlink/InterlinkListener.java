package io.phalanx.replication.interlink;

import io.phalanx.replication.Owner;

/** What the interlink finds out beside who is alive. Called on its thread; returns at once. */
public interface InterlinkListener {
  /**
   * This member stood still longer than the others wait: they may have claimed what it owns. It did
   * not see them die; they are given the whole silence anew.
   */
  void selfPaused(long gapNanos);

  /**
   * Two processes have one member-id; {@code other} is this member's id with another incarnation,
   * or the older of two processes elsewhere.
   */
  void duplicateMemberId(Owner other);
}
