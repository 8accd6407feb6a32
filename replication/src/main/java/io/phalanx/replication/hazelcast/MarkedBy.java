package io.phalanx.replication.hazelcast;

import com.hazelcast.query.Predicate;
import io.phalanx.replication.table.Stored;
import java.util.Map;
import java.util.Set;

/** Entries that carry one of these marks. */
record MarkedBy<K>(Set<Long> marks) implements Predicate<K, Stored> {
  @Override
  public boolean apply(Map.Entry<K, Stored> entry) {
    return marks.contains(entry.getValue().header().ikeSpi());
  }
}
