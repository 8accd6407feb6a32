package io.phalanx.replication.hazelcast;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Stored;
import io.phalanx.replication.table.Table.Marked;
import java.io.IOException;

/** How entries, changes and answers travel between members: by type numbers, never as classes. */
final class StoreSerializers {
  private StoreSerializers() {}

  static void addTo(SerializationConfig config) {
    add(config, 1, Stored.class, Wire::writeStored, Wire::readStored);
    add(config, 2, Answer.class, Wire::writeAnswer, Wire::readAnswer);
    add(
        config,
        3,
        ChangeProcessor.class,
        (out, processor) -> Wire.writeChange(out, processor.change()),
        in -> new ChangeProcessor<>(Wire.readChange(in)));
    add(
        config,
        4,
        EffectProcessor.class,
        (out, processor) -> Wire.writeEffect(out, processor.effect()),
        in -> new EffectProcessor<>(Wire.readEffect(in)));
    add(
        config,
        5,
        OwnedBy.class,
        (out, predicate) -> Wire.writeOwner(out, predicate.owner()),
        in -> new OwnedBy<>(Wire.readOwner(in)));
    add(
        config,
        6,
        MarkedBy.class,
        (out, predicate) -> Wire.writeMarks(out, ((MarkedBy<?>) predicate).marks()),
        in -> new MarkedBy<>(Wire.readMarks(in)));
    add(config, 7, MarkOf.class, (_, _) -> {}, _ -> new MarkOf<>());
    add(
        config,
        8,
        Marked.class,
        (out, marked) -> {
          out.writeObject(marked.key());
          out.writeLong(marked.mark());
        },
        StoreSerializers::readMarked);
  }

  private static Marked<?> readMarked(ObjectDataInput in) throws IOException {
    Object key = in.readObject();
    if (key == null) {
      throw new IOException("no key");
    }
    return new Marked<>(key, in.readLong());
  }

  private interface Write<T> {
    void write(ObjectDataOutput out, T value) throws IOException;
  }

  private interface Read<T> {
    T read(ObjectDataInput in) throws IOException;
  }

  private static <T> void add(
      SerializationConfig config, int typeId, Class<T> type, Write<T> write, Read<T> read) {
    config.addSerializerConfig(
        new SerializerConfig()
            .setTypeClass(type)
            .setImplementation(new Serializer<>(typeId, write, read)));
  }

  private record Serializer<T>(int typeId, Write<T> write, Read<T> read)
      implements StreamSerializer<T> {
    @Override
    public int getTypeId() {
      return typeId;
    }

    @Override
    public void write(ObjectDataOutput out, T value) throws IOException {
      write.write(out, value);
    }

    @Override
    public T read(ObjectDataInput in) throws IOException {
      return read.read(in);
    }
  }
}
