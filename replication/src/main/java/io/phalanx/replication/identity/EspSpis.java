package io.phalanx.replication.identity;

import io.phalanx.config.Secret;
import io.phalanx.replication.Registry;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Inbound ESP SPIs of this cluster: unique over all members, and marked, so that an SPI nobody gave
 * out is told from one of ours without a look-up (of random ones, 255 in 256).
 *
 * <p>An SPI is a keyed permutation of 8 zero bits and a 24-bit index. Indexes come in blocks of 256
 * from the registry, one block ahead of need. After 16 million SPIs the indexes begin anew; an SPI
 * that is still in use is then refused by the store when its SA is created.
 *
 * <p>With several secrets (rotation) the first allocates and all are recognised. An SPI that would
 * also be recognised under another secret is left out, so the two never give out the same.
 */
public final class EspSpis {
  static final int BLOCK = 256;
  private static final int INDEX_BITS = 24;
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

  /** SPIs up to 255 are reserved (RFC 4303 §2.1). */
  private static final int RESERVED = 256;

  private final List<SpiPermutation> permutations;
  private final Registry registry;

  /** Given out by another cluster, and in use here since its session has come over. */
  private final Set<Integer> foreign = ConcurrentHashMap.newKeySet();

  private int next;
  private int end;
  private OptionalInt spare = OptionalInt.empty();
  private boolean asked;

  /**
   * @param secrets 32 octets each, newest first; at least one
   */
  public EspSpis(List<Secret> secrets, Registry registry) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("no secret");
    }
    this.permutations = secrets.stream().map(SpiPermutation::new).toList();
    this.registry = registry;
  }

  /**
   * Whether this cluster may have given out {@code spi}, or has it from another one. From any
   * thread; no locks, no I/O.
   */
  public boolean plausible(int spi) {
    return (!reserved(spi) && markedFrom(0, spi)) || (!foreign.isEmpty() && foreign.contains(spi));
  }

  /** An SPI is in use: from now on it counts as one of ours, whoever gave it out. */
  public void inUse(int spi) {
    if (!plausible(spi)) {
      foreign.add(spi);
    }
  }

  /** It is in use no longer. */
  public void outOfUse(int spi) {
    foreign.remove(spi);
  }

  /** A new SPI, or empty while the store has not answered; then ask again in a moment. */
  public synchronized OptionalInt next() {
    while (true) {
      if (next == end && spare.isPresent()) {
        next = spare.getAsInt();
        end = next + BLOCK;
        spare = OptionalInt.empty();
      }
      prefetch();
      if (next == end && spare.isEmpty()) {
        return OptionalInt.empty();
      }
      if (next < end) {
        int spi = permutations.getFirst().apply(next++ & INDEX_MASK);
        if (!reserved(spi) && !markedFrom(1, spi)) {
          return OptionalInt.of(spi);
        }
      }
    }
  }

  /** Asks for a block, unless one is on its way or spare. Call it at start: it saves a wait. */
  public synchronized void prefetch() {
    if (asked || spare.isPresent()) {
      return;
    }
    asked = true;
    registry
        .nextSpiBlock()
        .whenComplete(
            (block, failure) -> {
              synchronized (this) {
                asked = false;
                if (failure == null && block.isPresent()) {
                  spare = OptionalInt.of((int) (block.get() * BLOCK) & INDEX_MASK);
                }
              }
            });
  }

  private static boolean reserved(int spi) {
    return Integer.compareUnsigned(spi, RESERVED) < 0;
  }

  /** Under any secret from the given one on. Packet loops ask, so nothing is allocated. */
  private boolean markedFrom(int first, int spi) {
    for (int i = first; i < permutations.size(); i++) {
      if (permutations.get(i).invert(spi) >>> INDEX_BITS == 0) {
        return true;
      }
    }
    return false;
  }
}
