package io.phalanx.replication.table;

import io.phalanx.replication.Outcome;

/** What a change comes to, for the entry that it met. */
public record Step(Answer answer, Effect effect) {
  /** What happens to the entry; the backups do exactly the same. */
  public sealed interface Effect {
    record Keep() implements Effect {}

    record Put(Stored stored) implements Effect {}

    /** The body stays: it need not travel to the backups. */
    record PutHeader(Header header) implements Effect {}

    record Delete() implements Effect {}
  }

  static Step refuse(Outcome outcome) {
    return new Step(new Answer.Plain(outcome), new Effect.Keep());
  }

  static Step refuse(Outcome outcome, Stored stored) {
    return new Step(new Answer.WithEntry(outcome, stored), new Effect.Keep());
  }

  static Step done(Effect effect) {
    return new Step(new Answer.Plain(Outcome.DONE), effect);
  }

  static Step done(Effect effect, Stored stored) {
    return new Step(new Answer.WithEntry(Outcome.DONE, stored), effect);
  }
}
