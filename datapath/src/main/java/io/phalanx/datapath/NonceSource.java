package io.phalanx.datapath;

/**
 * Explicit IVs of this member for ciphers that must never see one twice under a key: {@code
 * member-id (12 bits) | incarnation (16) | counter (36)} (the idea of RFC 6054).
 */
public interface NonceSource {
  /** The next IV, never given before. Thread-safe; packet loops take them in blocks. */
  long next();

  /**
   * Reserves a run of IVs and returns the first; the rest follow by adding 1.
   *
   * @param count 1..65536
   */
  long reserve(int count);
}
