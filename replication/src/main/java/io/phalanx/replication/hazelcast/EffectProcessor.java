package io.phalanx.replication.hazelcast;

import com.hazelcast.map.EntryProcessor;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does on a backup what a change has come to on the primary. */
final class EffectProcessor<K> implements EntryProcessor<K, Stored, Answer> {
  private final transient Effect effect;

  EffectProcessor(Effect effect) {
    this.effect = effect;
  }

  Effect effect() {
    return effect;
  }

  @Override
  public Answer process(Map.Entry<K, Stored> entry) {
    apply(effect, entry);
    return new Answer.Plain(Outcome.DONE);
  }

  @Override
  public @Nullable EntryProcessor<K, Stored, Answer> getBackupProcessor() {
    return null;
  }

  /**
   * A backup that is not complete yet may lack an entry whose header changes: the entry comes whole
   * when it is synchronized.
   */
  @SuppressWarnings("NullAway") // Hazelcast: an entry set to null is removed
  static <K> void apply(Effect effect, Map.Entry<K, Stored> entry) {
    switch (effect) {
      case Effect.Keep() -> {}
      case Effect.Put(Stored stored) -> entry.setValue(stored);
      case Effect.PutHeader(Header header) -> {
        Stored stored = entry.getValue();
        if (stored != null) {
          entry.setValue(new Stored(header, stored.body()));
        }
      }
      case Effect.Delete() -> entry.setValue(null);
    }
  }
}
