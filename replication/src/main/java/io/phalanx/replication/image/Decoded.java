package io.phalanx.replication.image;

/** What came of reading an image. */
public sealed interface Decoded<I> {
  record Whole<I>(I image) implements Decoded<I> {}

  /**
   * @param reason for the log; holds nothing of the octets that were read
   */
  record Refused<I>(String reason) implements Decoded<I> {}
}
