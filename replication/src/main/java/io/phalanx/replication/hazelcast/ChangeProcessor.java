package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Step;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a change on the primary; the backups get what came of it, not the change.
 *
 * <p>Hazelcast asks for the backup processor after the primary has run, and may run one object
 * again when it repeats a call: each run starts anew.
 */
final class ChangeProcessor<K>
    implements EntryProcessor<K, Stored, Answer>, HazelcastInstanceAware {
  private final transient Change change;
  private transient Effect effect = new Effect.Keep();
  private transient boolean mayChange = true;

  ChangeProcessor(Change change) {
    this.change = change;
  }

  Change change() {
    return change;
  }

  /**
   * Counts the members once more. Split-brain protection learns of a lost member a moment after the
   * partitions do; in between, a member that is alone would accept changes that nobody backs up.
   * And it does not know of members that have missed some.
   */
  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    mayChange = Wholeness.of(instance).mayChange(instance.getCluster().getMembers().size());
  }

  @Override
  public Answer process(Map.Entry<K, Stored> entry) {
    effect = new Effect.Keep();
    if (!mayChange) {
      return new Answer.Plain(Outcome.UNKNOWN);
    }
    Stored stored = entry.getValue();
    Step step = stored == null ? change.absent() : change.present(stored);
    effect = step.effect();
    EffectProcessor.apply(effect, entry);
    return step.answer();
  }

  @Override
  public @Nullable EntryProcessor<K, Stored, Answer> getBackupProcessor() {
    return effect instanceof Effect.Keep ? null : new EffectProcessor<>(effect);
  }
}
