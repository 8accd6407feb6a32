package io.phalanx.replication.hazelcast;

import com.hazelcast.projection.Projection;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table.Marked;
import java.util.Map;

/** Of an entry its key and its mark: nothing else need travel. */
record MarkOf<K>() implements Projection<Map.Entry<K, Stored>, Marked<K>> {
  @Override
  public Marked<K> transform(Map.Entry<K, Stored> entry) {
    return new Marked<>(entry.getKey(), entry.getValue().header().ikeSpi());
  }
}
