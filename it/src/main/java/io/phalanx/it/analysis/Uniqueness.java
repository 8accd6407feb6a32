package io.phalanx.it.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for a sequence number or an IV that was used twice under one SPI, and for numbers that were
 * never used. Every packet is to be given once: a capture at two places would double it.
 *
 * <p>Not thread-safe. Holds two numbers per packet, without a bound: for captures.
 */
public final class Uniqueness {
  private static final int EXAMPLES_MAX = 10;

  private static final class Spi {
    final Set<Long> sequences = new HashSet<>();
    final Set<Long> ivs = new HashSet<>();
    long lowest = Long.MAX_VALUE;
    long highest;
  }

  private final Map<Integer, Spi> spis = new HashMap<>();
  private final List<String> examples = new ArrayList<>();
  private long packets;
  private long sequencesReused;
  private long ivsReused;

  public void add(Datagram.Esp packet) {
    Spi spi = spis.computeIfAbsent(packet.spi(), _ -> new Spi());
    packets++;
    if (!spi.sequences.add(packet.sequence())) {
      sequencesReused++;
      example("SPI %08x: sequence number %d twice".formatted(packet.spi(), packet.sequence()));
    }
    if (!spi.ivs.add(packet.iv())) {
      ivsReused++;
      example("SPI %08x: IV %016x twice".formatted(packet.spi(), packet.iv()));
    }
    spi.lowest = Math.min(spi.lowest, packet.sequence());
    spi.highest = Math.max(spi.highest, packet.sequence());
  }

  public long packets() {
    return packets;
  }

  public long sequencesReused() {
    return sequencesReused;
  }

  public long ivsReused() {
    return ivsReused;
  }

  /** Numbers between the lowest and the highest of each SPI that no packet had. */
  public long sequencesSkipped() {
    return spis.values().stream()
        .mapToLong(spi -> spi.highest - spi.lowest + 1 - spi.sequences.size())
        .sum();
  }

  public Set<Integer> spis() {
    return Set.copyOf(spis.keySet());
  }

  /** The first few findings, for a person to read. */
  public List<String> examples() {
    return List.copyOf(examples);
  }

  private void example(String text) {
    if (examples.size() < EXAMPLES_MAX) {
      examples.add(text);
    }
  }
}
