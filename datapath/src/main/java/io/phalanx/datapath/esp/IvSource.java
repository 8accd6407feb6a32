package io.phalanx.datapath.esp;

/** Writes explicit IVs into packets. Belongs to one packet loop. */
@FunctionalInterface
public interface IvSource {
  /** Writes the next IV, of as many octets as the cipher has. */
  void put(byte[] packet, int offset);
}
