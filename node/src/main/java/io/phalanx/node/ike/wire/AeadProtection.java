package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.crypto.Aead;
import io.phalanx.datapath.crypto.Ciphers;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * Combined-mode ciphers (RFC 5282; RFC 7634 for ChaCha20-Poly1305). The nonce is salt and explicit
 * IV; the associated data reach from the header up to the IV (RFC 5282 §5.1).
 *
 * <p>Every IV comes from {@link NonceSource}, so two members never use one twice under a key.
 */
final class AeadProtection implements Protection {
  private final EncryptionAlgorithm algorithm;
  private final Secret keyAndSalt;

  /** Key and salt, as SK_e has them (RFC 5282 §7.1). */
  AeadProtection(EncryptionAlgorithm algorithm, Secret keyAndSalt) {
    this.algorithm = algorithm;
    this.keyAndSalt = keyAndSalt;
  }

  @Override
  public int blockOctets() {
    return algorithm.blockOctets();
  }

  @Override
  public int overheadOctets() {
    return algorithm.ivOctets() + algorithm.icvOctets();
  }

  @Override
  public byte[] seal(byte[] head, byte[] plaintext, NonceSource nonces, SecureRandom random) {
    byte[] body =
        ByteBuffer.allocate(plaintext.length + overheadOctets())
            .putLong(nonces.next())
            .put(plaintext)
            .array();
    byte[] nonce = nonce(body, 0);
    aead().seal(nonce, head, head.length, body, algorithm.ivOctets(), plaintext.length);
    return body;
  }

  @Override
  public Optional<byte[]> open(byte[] message, int bodyFrom) {
    if (message.length - bodyFrom <= overheadOctets()) {
      return Optional.empty();
    }
    byte[] sealed = Arrays.copyOfRange(message, bodyFrom + algorithm.ivOctets(), message.length);
    return aead().open(nonce(message, bodyFrom), message, bodyFrom, sealed, 0, sealed.length)
        ? Optional.of(Arrays.copyOf(sealed, sealed.length - algorithm.icvOctets()))
        : Optional.empty();
  }

  private byte[] nonce(byte[] ivSource, int ivFrom) {
    int salt = algorithm.saltOctets();
    byte[] nonce = new byte[salt + algorithm.ivOctets()];
    byte[] key = keyAndSalt.reveal();
    System.arraycopy(key, key.length - salt, nonce, 0, salt);
    System.arraycopy(ivSource, ivFrom, nonce, salt, algorithm.ivOctets());
    return nonce;
  }

  private Aead aead() {
    return Ciphers.jdk().aead(algorithm, keyAndSalt.reveal());
  }
}
