package io.phalanx.replication.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.MapServiceContext;
import com.hazelcast.map.impl.record.Record;
import com.hazelcast.map.impl.recordstore.RecordStore;
import io.phalanx.replication.table.Stored;
import java.util.HashMap;
import java.util.Map;

/** Entries as they lie in the memory of one member, primary and backup, past all protection. */
final class RawEntries {
  private RawEntries() {}

  @SuppressWarnings("unchecked") // Hazelcast gives raw types
  static Map<Object, Stored> of(HazelcastInstance instance, String mapName) {
    var engine = ((HazelcastInstanceProxy) instance).getOriginal().node.getNodeEngine();
    SerializationService serialization = engine.getSerializationService();
    MapService service = engine.getService(MapService.SERVICE_NAME);
    MapServiceContext context = service.getMapServiceContext();
    Map<Object, Stored> entries = new HashMap<>();
    for (int partition = 0;
        partition < engine.getPartitionService().getPartitionCount();
        partition++) {
      RecordStore<Record<?>> store = context.getExistingRecordStore(partition, mapName);
      if (store != null) {
        store.forEach(
            (key, record) ->
                entries.put(serialization.toObject(key), serialization.toObject(record.getValue())),
            false);
      }
    }
    return entries;
  }
}
