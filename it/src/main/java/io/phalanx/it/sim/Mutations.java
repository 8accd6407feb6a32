package io.phalanx.it.sim;

import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.util.Optional;

/** What rules come to that are switched off. */
final class Mutations {
  static Step judge(Mutation mutation, Change change, Optional<Stored> stored) {
    if (stored.isEmpty()) {
      return change.absent();
    }
    Stored entry = stored.get();
    return switch (mutation) {
      case FENCE_IGNORED -> unfenced(change, entry.header()).present(entry);
      case EPOCH_KEPT -> epochKept(change.present(entry), entry.header().epoch());
      default -> change.present(entry);
    };
  }

  private static Change unfenced(Change change, Header header) {
    return switch (change) {
      case Change.SetLimits(_, _, long outLease, long inLimit) ->
          new Change.SetLimits(header.fence(), header.order(), outLease, inLimit);
      case Change.Replace(_, _, byte[] body) ->
          new Change.Replace(header.fence(), header.order(), body);
      default -> change;
    };
  }

  private static Step epochKept(Step step, long epoch) {
    if (step.effect() instanceof Effect.PutHeader(Header header)
        && step.answer() instanceof Answer.WithEntry(var outcome, Stored stored)
        && header.epoch() == epoch + 1) {
      Header kept =
          new Header(
              header.owner(),
              epoch,
              header.token(),
              header.order(),
              header.outLease(),
              header.inLimit(),
              header.ikeSpi(),
              header.path(),
              header.lineage());
      return new Step(
          new Answer.WithEntry(outcome, new Stored(kept, stored.body())),
          new Effect.PutHeader(kept));
    }
    return step;
  }
}
