package io.phalanx.node.context;

import io.phalanx.config.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;

/**
 * Seals sets of contexts by one cluster for one other (seed 004, section 7): HPKE (RFC 9180) in its
 * mode "auth" with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.
 *
 * <pre>
 * magic (8) | encapsulated key (32) | ciphertext
 * </pre>
 *
 * The magic is associated data, and {@code info} names the format.
 */
public final class ContextSeal {
  static final byte[] MAGIC = "PHXCTX1\n".getBytes(StandardCharsets.US_ASCII);

  private static final int KEY_OCTETS = 32;
  private static final byte[] INFO = "phalanx context set 1".getBytes(StandardCharsets.US_ASCII);

  private final AsymmetricCipherKeyPair own;

  private ContextSeal(AsymmetricCipherKeyPair own) {
    this.own = own;
  }

  /** With the keys of this cluster, 32 octets each. */
  public static ContextSeal of(Secret ownPrivate, byte[] ownPublic) {
    return new ContextSeal(hpke().deserializePrivateKey(ownPrivate.reveal(), ownPublic));
  }

  private static HPKE hpke() {
    return new HPKE(
        HPKE.mode_auth, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  /**
   * @param recipient public key of the other cluster
   */
  public byte[] seal(byte[] plain, byte[] recipient) {
    HPKE hpke = hpke();
    try {
      byte[][] sealed =
          hpke.seal(hpke.deserializePublicKey(recipient), INFO, MAGIC, plain, null, null, own);
      byte[] ciphertext = sealed[0];
      byte[] encapsulated = sealed[1];
      return ByteBuffer.allocate(MAGIC.length + encapsulated.length + ciphertext.length)
          .put(MAGIC)
          .put(encapsulated)
          .put(ciphertext)
          .array();
    } catch (InvalidCipherTextException impossible) {
      throw new IllegalStateException("sealing has no text that could be invalid", impossible);
    }
  }

  /**
   * @param sender public key of the other cluster
   * @return empty if it was not sealed by that for us
   */
  public Optional<byte[]> open(byte[] sealed, byte[] sender) {
    int ciphertextAt = MAGIC.length + KEY_OCTETS;
    if (sealed.length < ciphertextAt
        || !Arrays.equals(sealed, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return Optional.empty();
    }
    HPKE hpke = hpke();
    try {
      return Optional.of(
          hpke.open(
              Arrays.copyOfRange(sealed, MAGIC.length, ciphertextAt),
              own,
              INFO,
              MAGIC,
              Arrays.copyOfRange(sealed, ciphertextAt, sealed.length),
              null,
              null,
              hpke.deserializePublicKey(sender)));
    } catch (InvalidCipherTextException | RuntimeException forged) {
      // Bouncy Castle throws unchecked exceptions on keys that are no point of the curve.
      return Optional.empty();
    }
  }
}
