package io.phalanx.it.sim;

/** A safety rule that is switched off, to see that the checks notice. */
public enum Mutation {
  NONE,
  /** The store takes limits and images from whoever owned something once. */
  FENCE_IGNORED,
  /** A claim does not count the epoch on. */
  EPOCH_KEPT,
  /** A lease counts as granted as soon as the store is asked. */
  LEASE_BEFORE_STORE,
  /** A lease of which the store does not say that it is done counts as done. */
  UNKNOWN_LEASE_USED,
  /** A message leaves before the image that belongs to it is in the store. */
  MESSAGE_BEFORE_COMMIT,
  /** A successor begins at numbers that may have been sent. */
  SUCCESSOR_SENDS_AGAIN,
  /** A successor accepts numbers that may have been accepted. */
  SUCCESSOR_ACCEPTS_AGAIN,
  /** The limits that go with a handover are not those where the owner has stopped. */
  HANDOVER_TOO_LOW,
  /** The store says it is done before its backups have it. */
  BACKUPS_NOT_AWAITED,
  /** When halves of the store meet, the smaller one's entries stay. */
  MERGE_BACKWARDS,
  /** A new life of a member has the incarnation of the last one. */
  INCARNATION_AGAIN
}
