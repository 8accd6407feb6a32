package io.phalanx.replication.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals octets with AES-256-GCM.
 *
 * <pre>
 * | key id (1) | salt (16) | counter (8) | ciphertext | tag (16) |
 * </pre>
 *
 * <p>Each sealer draws a random salt, derives a key of its own from it, and numbers what it seals:
 * so no nonce is used twice under a key, however much is sealed and however often members restart,
 * and nothing has to be remembered. (Random 96-bit nonces under one shared key would be good for
 * 2^32 values in the whole cluster, NIST SP 800-38D §8.3.) Thread-safe.
 */
public final class Sealer {
  private static final int SALT_OCTETS = 16;
  private static final int HEAD_OCTETS = 1 + SALT_OCTETS + Long.BYTES;
  private static final int TAG_OCTETS = 16;

  /** Octets that sealing adds. */
  public static final int OVERHEAD_OCTETS = HEAD_OCTETS + TAG_OCTETS;

  /** Each start of each member brings a salt; more than this many are not met in one life. */
  private static final int DERIVED_KEYS_MAX = 1024;

  private final Keyring keyring;
  private final String purpose;
  private final Origin own;
  private final AtomicLong counter = new AtomicLong();
  private final Map<Origin, SecretKey> derivedKeys = new ConcurrentHashMap<>();

  /** Whose key something is sealed with. */
  private record Origin(int keyId, long saltHigh, long saltLow) {}

  /**
   * @param purpose what is sealed; sealers of different purposes cannot open each other's
   * @param random a source that nobody can guess
   */
  public Sealer(Keyring keyring, String purpose, RandomGenerator random) {
    this.keyring = keyring;
    this.purpose = purpose;
    this.own = new Origin(keyring.newest(), random.nextLong(), random.nextLong());
  }

  /**
   * @param associated what the octets belong to; the same is needed to open them
   */
  public byte[] seal(byte[] plain, byte[] associated) {
    long number = counter.getAndIncrement();
    ByteBuffer sealed = ByteBuffer.allocate(plain.length + OVERHEAD_OCTETS);
    sealed.put((byte) own.keyId).putLong(own.saltHigh).putLong(own.saltLow).putLong(number);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keyOf(own), number, associated);
      cipher.doFinal(ByteBuffer.wrap(plain), sealed);
      return sealed.array();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("AES-GCM refuses to encrypt", impossible);
    }
  }

  /**
   * The octets that were sealed; empty if they were not, or not for this, or the key is unknown.
   */
  public Optional<byte[]> open(byte[] sealed, byte[] associated) {
    if (sealed.length < OVERHEAD_OCTETS) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(sealed);
    Origin origin = new Origin(Byte.toUnsignedInt(in.get()), in.getLong(), in.getLong());
    if (!keyring.holds(origin.keyId)) {
      return Optional.empty();
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, keyOf(origin), in.getLong(), associated);
      return Optional.of(cipher.doFinal(sealed, HEAD_OCTETS, sealed.length - HEAD_OCTETS));
    } catch (GeneralSecurityException notAuthentic) {
      return Optional.empty();
    }
  }

  private SecretKey keyOf(Origin origin) {
    if (derivedKeys.size() > DERIVED_KEYS_MAX) {
      derivedKeys.clear();
    }
    return derivedKeys.computeIfAbsent(
        origin,
        _ -> {
          String salt = "%016x%016x".formatted(origin.saltHigh, origin.saltLow);
          byte[] key = keyring.derive(origin.keyId, purpose + " " + salt, 32).reveal();
          return new SecretKeySpec(key, "AES");
        });
  }

  private static Cipher cipher(int mode, SecretKey key, long number, byte[] associated)
      throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(number).array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_OCTETS * 8, nonce));
    cipher.updateAAD(associated);
    return cipher;
  }
}
