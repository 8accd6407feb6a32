package io.phalanx.replication.hazelcast;

import com.hazelcast.query.Predicate;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Stored;
import java.util.Map;

/** Entries of one owner. */
record OwnedBy<K>(Owner owner) implements Predicate<K, Stored> {
  @Override
  public boolean apply(Map.Entry<K, Stored> entry) {
    return entry.getValue().header().owner().equals(owner);
  }
}
