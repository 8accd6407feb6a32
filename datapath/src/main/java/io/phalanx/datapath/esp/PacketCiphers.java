package io.phalanx.datapath.esp;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.CipherMode;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.crypto.Aead;
import io.phalanx.datapath.crypto.Ciphers;
import io.phalanx.datapath.crypto.Corretto;

/**
 * Makes packet ciphers with the fastest JCE provider that works here: Amazon Corretto where its
 * native library loads and passes its self-tests, the JDK's own for the rest, and Bouncy Castle for
 * what neither has.
 */
public final class PacketCiphers {
  private final Ciphers ciphers;

  private PacketCiphers(Ciphers ciphers) {
    this.ciphers = ciphers;
  }

  /** By the fastest provider that works here. */
  public static PacketCiphers fastest() {
    return Corretto.provider()
        .map(Ciphers::of)
        .map(PacketCiphers::new)
        .orElseGet(PacketCiphers::jdk);
  }

  /** Only the JDK's own providers. */
  public static PacketCiphers jdk() {
    return new PacketCiphers(Ciphers.jdk());
  }

  /**
   * A cipher for one direction of a sub-SA.
   *
   * @param encryption key, with the salt behind it where the cipher has one
   * @param integrity {@link Secret#EMPTY} for a combined-mode cipher
   * @throws IllegalArgumentException if a key has the wrong length
   */
  public PacketCipher create(
      EspSuite suite, Secret encryption, Secret integrity, boolean extendedSequenceNumbers) {
    if (encryption.length() != suite.encryptionKeyOctets()
        || integrity.length() != suite.integrityKeyOctets()) {
      throw new IllegalArgumentException("keys of the wrong length for " + suite);
    }
    byte[] key = encryption.reveal();
    EncryptionAlgorithm algorithm = suite.encryption();
    if (suite.integrity().isPresent()) {
      return new MacPacketCipher(
          algorithm,
          ciphers.confidentiality(algorithm, key),
          suite.integrity().get(),
          ciphers.mac(suite.integrity().get(), integrity.reveal()),
          extendedSequenceNumbers);
    }
    Aead aead = ciphers.aead(algorithm, key);
    return algorithm.mode() == CipherMode.GMAC
        ? new GmacPacketCipher(aead, key, extendedSequenceNumbers)
        : new AeadPacketCipher(algorithm, aead, key, extendedSequenceNumbers);
  }
}
