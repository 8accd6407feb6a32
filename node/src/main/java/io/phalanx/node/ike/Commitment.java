package io.phalanx.node.ike;

import io.phalanx.replication.Commit;
import java.util.List;
import java.util.Optional;

/**
 * A commit under way.
 *
 * @param held to be done once it is done
 * @param then an IKE SA that is to be written after it
 * @param attempts how often the store was asked
 * @param retryAtMillis when to ask again; {@link Agenda#NEVER} while an answer is awaited
 */
record Commitment(
    long id,
    Commit commit,
    List<Effect> held,
    Optional<IkeSa> then,
    int attempts,
    long retryAtMillis) {
  Commitment retryAt(long millis) {
    return new Commitment(id, commit, held, then, attempts, millis);
  }

  Commitment again(long newId) {
    return new Commitment(newId, commit, held, then, attempts + 1, Agenda.NEVER);
  }
}
