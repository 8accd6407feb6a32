package io.phalanx.replication.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Stored;
import org.jspecify.annotations.Nullable;

/**
 * What stays when two halves of a cluster meet again: the entry of the higher epoch; of one epoch,
 * the later change with the larger limits of both.
 *
 * <p>An entry that only the smaller half has was removed in the larger one since, and stays away:
 * an SA that ended elsewhere would come back with an old limit, and accept again what was received
 * after it.
 *
 * <p>Public, with a public constructor, because Hazelcast makes it by its name.
 */
public final class FencedMergePolicy
    implements SplitBrainMergePolicy<Stored, MergingEntry<Object, Stored>, Stored> {
  @Override
  public @Nullable Stored merge(
      MergingEntry<Object, Stored> merging, @Nullable MergingEntry<Object, Stored> existing) {
    return existing == null
        ? null
        : merge(merging.getDeserializedValue(), existing.getDeserializedValue());
  }

  static Stored merge(Stored merging, Stored existing) {
    Header left = merging.header();
    Header right = existing.header();
    if (left.epoch() != right.epoch() || !left.owner().equals(right.owner())) {
      return left.epoch() > right.epoch() ? merging : existing;
    }
    Stored later = left.order() > right.order() ? merging : existing;
    Header header = later.header();
    return new Stored(
        new Header(
            header.owner(),
            header.epoch(),
            header.token(),
            header.order(),
            Math.max(left.outLease(), right.outLease()),
            Math.max(left.inLimit(), right.inLimit()),
            header.ikeSpi(),
            header.path()),
        later.body());
  }

  @Override
  public void writeData(ObjectDataOutput out) {}

  @Override
  public void readData(ObjectDataInput in) {}
}
