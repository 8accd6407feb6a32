package io.phalanx.datapath.policy;

/** The SAD's index by inbound SPI: read by all loops without locks, written by one at a time. */
public final class SpiTable<T> {
  private final LongPairTable<T> table;

  /**
   * @param absent what {@link #find} gives for an SPI that is not there
   */
  public SpiTable(T absent) {
    table = new LongPairTable<>(absent);
  }

  public T find(int spi) {
    return table.find(0, spi);
  }

  public void put(int spi, T target) {
    table.put(0, spi, target);
  }

  public void remove(int spi) {
    table.remove(0, spi);
  }

  public int size() {
    return table.size();
  }
}
