package io.phalanx.replication.table;

import io.phalanx.replication.Outcome;

/** What a table answers to a change or a look-up. */
public sealed interface Answer {
  Outcome outcome();

  record Plain(Outcome outcome) implements Answer {}

  /** The outcome, and the entry as it is now (or was, if the change took it away). */
  record WithEntry(Outcome outcome, Stored stored) implements Answer {}
}
