package io.phalanx.datapath.esp;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.NoSuchPaddingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes packet ciphers with the fastest JCE provider that works here: Amazon Corretto where its
 * native library loads and passes its self-tests, the JDK's own for the rest.
 */
public final class PacketCiphers {
  private static final Logger log = LoggerFactory.getLogger(PacketCiphers.class);

  private final Optional<Provider> preferred;

  private PacketCiphers(Optional<Provider> preferred) {
    this.preferred = preferred;
  }

  /** Chooses the provider and says in the log which. */
  public static PacketCiphers fastest() {
    try {
      AmazonCorrettoCryptoProvider corretto = AmazonCorrettoCryptoProvider.INSTANCE;
      corretto.assertHealthy();
      log.info("ESP ciphers by {} {}", corretto.getName(), corretto.getVersionStr());
      return new PacketCiphers(Optional.of(corretto));
    } catch (RuntimeException | LinkageError unavailable) {
      log.info(
          "ESP ciphers by the JDK: Amazon Corretto does not load ({})", unavailable.toString());
      return jdk();
    }
  }

  /** Only the JDK's own providers. */
  public static PacketCiphers jdk() {
    return new PacketCiphers(Optional.empty());
  }

  /**
   * A cipher for one direction of a sub-SA.
   *
   * @param encryption key, with the salt behind it where the cipher has one
   * @param integrity {@link Secret#EMPTY} for a combined-mode cipher
   * @throws IllegalArgumentException if a key has the wrong length, or no provider has the cipher
   */
  public PacketCipher create(
      EspSuite suite, Secret encryption, Secret integrity, boolean extendedSequenceNumbers) {
    if (encryption.length() != suite.encryptionKeyOctets()
        || integrity.length() != suite.integrityKeyOctets()) {
      throw new IllegalArgumentException("keys of the wrong length for " + suite);
    }
    byte[] key = encryption.reveal();
    try {
      return switch (suite.encryption()) {
        case AES_GCM_16 ->
            new AeadPacketCipher(cipher("AES/GCM/NoPadding"), "AES", key, extendedSequenceNumbers);
        case CHACHA20_POLY1305 ->
            new AeadPacketCipher(
                cipher("ChaCha20-Poly1305"), "ChaCha20", key, extendedSequenceNumbers);
        case AES_CBC -> {
          IntegrityAlgorithm algorithm = suite.integrity().orElseThrow();
          yield new CbcPacketCipher(
              cipher("AES/CBC/NoPadding"),
              mac(algorithm.jceName()),
              key,
              integrity.reveal(),
              algorithm.icvOctets(),
              extendedSequenceNumbers);
        }
      };
    } catch (GeneralSecurityException missing) {
      throw new IllegalArgumentException("no JCE provider for " + suite, missing);
    }
  }

  private Cipher cipher(String transformation)
      throws NoSuchAlgorithmException, NoSuchPaddingException {
    if (preferred.isPresent()) {
      try {
        return Cipher.getInstance(transformation, preferred.get());
      } catch (NoSuchAlgorithmException | NoSuchPaddingException absent) {
        return Cipher.getInstance(transformation);
      }
    }
    return Cipher.getInstance(transformation);
  }

  private Mac mac(String algorithm) throws NoSuchAlgorithmException {
    if (preferred.isPresent()) {
      try {
        return Mac.getInstance(algorithm, preferred.get());
      } catch (NoSuchAlgorithmException absent) {
        return Mac.getInstance(algorithm);
      }
    }
    return Mac.getInstance(algorithm);
  }
}
