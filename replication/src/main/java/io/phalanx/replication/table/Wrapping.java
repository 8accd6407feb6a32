package io.phalanx.replication.table;

import io.phalanx.replication.seal.Sealer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What is done to the body of an entry on its way into a table and out of it. */
public interface Wrapping {
  byte[] wrap(String table, long key, byte[] body);

  /** The body; empty if it was not wrapped by this cluster for this key. */
  Optional<byte[]> unwrap(String table, long key, byte[] wrapped);

  /** Leaves bodies as they are. */
  static Wrapping none() {
    return new Wrapping() {
      @Override
      public byte[] wrap(String table, long key, byte[] body) {
        return body;
      }

      @Override
      public Optional<byte[]> unwrap(String table, long key, byte[] wrapped) {
        return Optional.of(wrapped);
      }
    };
  }

  /** Seals bodies, bound to the table and the key: a body does not open in another place. */
  static Wrapping sealedBy(Sealer sealer) {
    return new Wrapping() {
      @Override
      public byte[] wrap(String table, long key, byte[] body) {
        return sealer.seal(body, place(table, key));
      }

      @Override
      public Optional<byte[]> unwrap(String table, long key, byte[] wrapped) {
        return sealer.open(wrapped, place(table, key));
      }
    };
  }

  private static byte[] place(String table, long key) {
    byte[] name = table.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(name.length + 1 + Long.BYTES)
        .put(name)
        .put((byte) 0)
        .putLong(key)
        .array();
  }
}
