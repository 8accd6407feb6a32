package io.phalanx.node.ike;

/** The timer of a request of ours that has been sent (RFC 7296 §2.4). */
final class Resending {
  /** How often it was sent once more. */
  int done;

  /** When it is due again; {@link Agenda#NEVER} until it has left. */
  long atMillis = Agenda.NEVER;
}
