package io.phalanx.replication;

/** What became of a change in the store. */
public enum Outcome {
  /** Done and acknowledged by the backups. */
  DONE,
  /** Refused: somebody else owns the image by now. */
  FENCED,
  /** Refused: there is no such image (or, on creation, there is one already). */
  GONE,
  /** Not known to be done: the store did not answer, or has too few members. */
  UNKNOWN
}
