package io.phalanx.replication.memory;

import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A look-up (without a change) or a change, from its call to its answer. */
final class StoreCall {
  private final String table;
  private final Object key;
  private final Optional<Change> change;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private Optional<StoreNode> target = Optional.empty();

  StoreCall(String table, Object key, Optional<Change> change) {
    this.table = table;
    this.key = key;
    this.change = change;
  }

  String table() {
    return table;
  }

  Object key() {
    return key;
  }

  int partition() {
    return StoreGroup.partition(key);
  }

  Optional<Change> change() {
    return change;
  }

  CompletableFuture<Answer> answer() {
    return answer;
  }

  boolean ended() {
    return answer.isDone();
  }

  void end(Answer with) {
    answer.complete(with);
  }

  /** Whom it was last sent to. */
  Optional<StoreNode> target() {
    return target;
  }

  void sentTo(StoreNode primary) {
    target = Optional.of(primary);
  }

  @Override
  public String toString() {
    return "%s %s %s"
        .formatted(change.map(each -> each.getClass().getSimpleName()).orElse("find"), table, key);
  }
}
