package io.phalanx.replication.table;

import io.phalanx.replication.image.Decoded;
import io.phalanx.replication.image.ImageCodec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images of one table as bodies of entries. */
record Bodies<I>(String table, ImageCodec<I> codec, Wrapping wrapping) {
  private static final Logger log = LoggerFactory.getLogger(Bodies.class);

  byte[] write(long key, I image) {
    return wrapping.wrap(table, key, codec.encode(image));
  }

  /** The image; empty if it is of another version or sealed by another cluster. */
  Optional<I> read(long key, Stored stored) {
    Optional<byte[]> octets = wrapping.unwrap(table, key, stored.body());
    if (octets.isEmpty()) {
      log.warn("an entry of {} does not open: sealed under another key", table);
      return Optional.empty();
    }
    return switch (codec.decode(octets.get())) {
      case Decoded.Whole<I>(I image) -> Optional.of(image);
      case Decoded.Refused<I>(String reason) -> {
        log.warn("an entry of {} cannot be read: {}", table, reason);
        yield Optional.empty();
      }
    };
  }
}
