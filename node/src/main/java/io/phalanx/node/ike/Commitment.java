package io.phalanx.node.ike;

import io.phalanx.replication.Commit;
import java.util.List;

/**
 * A commit under way.
 *
 * @param held to be done once it is done
 * @param attempts how often the store was asked
 * @param retryAtMillis when to ask again; {@link Agenda#NEVER} while an answer is awaited
 */
record Commitment(long id, Commit commit, List<Effect> held, int attempts, long retryAtMillis) {
  Commitment retryAt(long millis) {
    return new Commitment(id, commit, held, attempts, millis);
  }

  Commitment again(long newId) {
    return new Commitment(newId, commit, held, attempts + 1, Agenda.NEVER);
  }
}
