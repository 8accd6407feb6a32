package io.phalanx.datapath.esp;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.CipherMode;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.crypto.Aead;
import io.phalanx.datapath.crypto.Ciphers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes packet ciphers with the fastest JCE provider that works here: Amazon Corretto where its
 * native library loads and passes its self-tests, the JDK's own for the rest, and Bouncy Castle for
 * what neither has.
 */
public final class PacketCiphers {
  private static final Logger log = LoggerFactory.getLogger(PacketCiphers.class);

  private final Ciphers ciphers;

  private PacketCiphers(Ciphers ciphers) {
    this.ciphers = ciphers;
  }

  /** Chooses the provider and says in the log which. */
  public static PacketCiphers fastest() {
    try {
      AmazonCorrettoCryptoProvider corretto = AmazonCorrettoCryptoProvider.INSTANCE;
      corretto.assertHealthy();
      log.info("ESP ciphers by {} {}", corretto.getName(), corretto.getVersionStr());
      return new PacketCiphers(Ciphers.of(corretto));
    } catch (RuntimeException | LinkageError unavailable) {
      log.info(
          "ESP ciphers by the JDK: Amazon Corretto does not load ({})", unavailable.toString());
      return jdk();
    }
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
