package io.phalanx.it.loadgen;

import io.phalanx.datapath.NonceSource;
import java.util.concurrent.atomic.AtomicLong;

/** Explicit IVs that count up: all peers have keys of their own. */
record CountedIvs(AtomicLong counter) implements NonceSource {
  @Override
  public long next() {
    return counter.getAndIncrement();
  }

  @Override
  public long reserve(int count) {
    return counter.getAndAdd(count);
  }
}
