package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingCreationTime;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import io.phalanx.replication.table.MergeRule;
import io.phalanx.replication.table.Stored;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stays when two halves of a cluster meet again, by the {@link MergeRule rule} of the table.
 *
 * <p>An entry that only the half which joins has was removed in the other one since, or lost there,
 * and stays away: an SA that ended elsewhere would come back with an old limit, and accept again
 * what was received after it. The exception is one that was made while the halves were apart
 * ({@link Separation}).
 *
 * <p>Public, with public constructors, because Hazelcast makes them by their names.
 */
public abstract class FencedMergePolicy
    implements SplitBrainMergePolicy<Stored, MergingEntry<Object, Stored>, Stored>,
        HazelcastInstanceAware {
  private final MergeRule rule;
  private transient Optional<Separation> separation = Optional.empty();

  FencedMergePolicy(MergeRule rule) {
    this.rule = rule;
  }

  /** For IKE SAs. */
  public static final class OfIkeSas extends FencedMergePolicy {
    public OfIkeSas() {
      super(MergeRule.IKE_SAS);
    }
  }

  /** For SA clusters. */
  public static final class OfSaClusters extends FencedMergePolicy {
    public OfSaClusters() {
      super(MergeRule.SA_CLUSTERS);
    }
  }

  /** For routes, SPIs and counters. */
  public static final class OfFollowers extends FencedMergePolicy {
    public OfFollowers() {
      super(MergeRule.FOLLOWERS);
    }
  }

  /** For leased addresses. */
  public static final class OfAddresses extends FencedMergePolicy {
    public OfAddresses() {
      super(MergeRule.ADDRESSES);
    }
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    separation = Separation.of(instance);
  }

  @Override
  public @Nullable Stored merge(
      MergingEntry<Object, Stored> merging, @Nullable MergingEntry<Object, Stored> existing) {
    if (existing != null) {
      return rule.merge(merging.getDeserializedValue(), existing.getDeserializedValue());
    }
    boolean made =
        merging instanceof MergingCreationTime entry
            && separation.filter(apart -> apart.made(entry.getCreationTime())).isPresent();
    return made ? merging.getDeserializedValue() : null;
  }

  @Override
  public void writeData(ObjectDataOutput out) {}

  @Override
  public void readData(ObjectDataInput in) {}
}
