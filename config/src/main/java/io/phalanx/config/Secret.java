package io.phalanx.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Octets that must not be seen: prints as {@code [redacted]}, compares in constant time, can be
 * wiped. Takes a copy on the way in and gives the live array only to {@link #reveal()}.
 */
public final class Secret {
  /** No octets: the integrity key of a combined-mode cipher. */
  public static final Secret EMPTY = new Secret(new byte[0]);

  private final byte[] octets;

  private Secret(byte[] octets) {
    this.octets = octets;
  }

  public static Secret of(byte[] octets) {
    return octets.length == 0 ? EMPTY : new Secret(octets.clone());
  }

  public static Secret of(byte[] octets, int from, int to) {
    return from == to ? EMPTY : new Secret(Arrays.copyOfRange(octets, from, to));
  }

  public static Secret ofUtf8(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The live octets, not a copy: for ciphers and codecs, never for logs. Do not modify. */
  public byte[] reveal() {
    return octets;
  }

  public int length() {
    return octets.length;
  }

  /** Overwrites the octets with zeros; the secret is useless afterwards. */
  public void wipe() {
    Arrays.fill(octets, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(octets, that.octets);
  }

  /** The same for all secrets: a hash of the octets would say something about them. */
  @Override
  public int hashCode() {
    return Secret.class.hashCode();
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
