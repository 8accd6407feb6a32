package io.phalanx.datapath.crypto;

import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.NoSuchPaddingException;

/** Makes ciphers and MACs out of keying material: by one JCE provider where it has them. */
public final class Ciphers {
  private static final int AES_128_OCTETS = 16;

  private final Optional<Provider> preferred;

  private Ciphers(Optional<Provider> preferred) {
    this.preferred = preferred;
  }

  /** Only the JDK's own providers, and Bouncy Castle for what they lack. */
  public static Ciphers jdk() {
    return new Ciphers(Optional.empty());
  }

  /** A provider that is asked first. */
  public static Ciphers of(Provider preferred) {
    return new Ciphers(Optional.of(preferred));
  }

  /**
   * A cipher that protects integrity as well. Its nonce is the salt, then the explicit IV.
   *
   * @param keyAndSalt the salt at the end is not used here
   * @throws IllegalArgumentException if it is not one of combined mode
   */
  public Aead aead(EncryptionAlgorithm algorithm, byte[] keyAndSalt) {
    int keyOctets = keyAndSalt.length - algorithm.saltOctets();
    int icvOctets = algorithm.icvOctets();
    return switch (algorithm) {
      case AES_GCM_16, AES_GCM_12, NULL_AUTH_AES_GMAC ->
          JceAead.gcm(cipher("AES/GCM/NoPadding"), keyAndSalt, keyOctets, icvOctets);
      case AES_GCM_8 -> new BouncyGcm(keyAndSalt, keyOctets, icvOctets);
      case AES_CCM_8, AES_CCM_12, AES_CCM_16 -> ccm(keyAndSalt, keyOctets, icvOctets);
      case CHACHA20_POLY1305 ->
          JceAead.chacha20Poly1305(cipher("ChaCha20-Poly1305"), keyAndSalt, keyOctets);
      case NULL, AES_CBC, AES_CTR -> throw new IllegalArgumentException("no AEAD: " + algorithm);
    };
  }

  /**
   * A cipher that needs a MAC beside it.
   *
   * @throws IllegalArgumentException if it is one of combined mode
   */
  public Confidentiality confidentiality(EncryptionAlgorithm algorithm, byte[] keyAndSalt) {
    return switch (algorithm) {
      case AES_CBC -> new AesConfidentiality(cipher("AES/CBC/NoPadding"), keyAndSalt, 0);
      case AES_CTR ->
          new AesConfidentiality(cipher("AES/CTR/NoPadding"), keyAndSalt, algorithm.saltOctets());
      case NULL -> NoConfidentiality.INSTANCE;
      case AES_CCM_8,
          AES_CCM_12,
          AES_CCM_16,
          AES_GCM_8,
          AES_GCM_12,
          AES_GCM_16,
          NULL_AUTH_AES_GMAC,
          CHACHA20_POLY1305 ->
          throw new IllegalArgumentException("an AEAD: " + algorithm);
    };
  }

  /** The MAC of an integrity algorithm, not cut yet. */
  public KeyedMac mac(IntegrityAlgorithm algorithm, byte[] key) {
    return switch (algorithm) {
      case HMAC_SHA1_96 -> hmac("HmacSHA1", key);
      case HMAC_SHA2_256_128 -> hmac("HmacSHA256", key);
      case HMAC_SHA2_384_192 -> hmac("HmacSHA384", key);
      case HMAC_SHA2_512_256 -> hmac("HmacSHA512", key);
      case AES_XCBC_96 -> xcbc(key);
      case AES_CMAC_96 -> cmac(key);
    };
  }

  /**
   * A pseudo-random function under a key of any length. Those of AES bring it to their own: a short
   * one is filled with zeros for XCBC (RFC 4434 §2), all others are put through the function itself
   * under a key of zeros (RFC 4434 §2, RFC 4615 §3).
   */
  public KeyedMac prf(PseudoRandomFunction prf, byte[] key) {
    return switch (prf) {
      case HMAC_SHA1 -> hmac("HmacSHA1", key);
      case HMAC_SHA2_256 -> hmac("HmacSHA256", key);
      case HMAC_SHA2_384 -> hmac("HmacSHA384", key);
      case HMAC_SHA2_512 -> hmac("HmacSHA512", key);
      case AES128_XCBC ->
          xcbc(
              key.length <= AES_128_OCTETS
                  ? Arrays.copyOf(key, AES_128_OCTETS)
                  : once(xcbc(new byte[AES_128_OCTETS]), key));
      case AES128_CMAC ->
          cmac(key.length == AES_128_OCTETS ? key : once(cmac(new byte[AES_128_OCTETS]), key));
    };
  }

  private static byte[] once(KeyedMac mac, byte[] message) {
    byte[] code = new byte[mac.octets()];
    mac.update(message, 0, message.length);
    mac.finish(code, 0);
    return code;
  }

  private static Aead ccm(byte[] key, int keyOctets, int icvOctets) {
    try {
      return new CcmAead(key, keyOctets, icvOctets);
    } catch (GeneralSecurityException fault) {
      throw new IllegalArgumentException("not a key for AES", fault);
    }
  }

  private static KeyedMac xcbc(byte[] key) {
    try {
      return AesCbcMac.xcbc(key);
    } catch (GeneralSecurityException fault) {
      throw new IllegalArgumentException("not a key for AES", fault);
    }
  }

  private static KeyedMac cmac(byte[] key) {
    try {
      return AesCbcMac.cmac(key);
    } catch (GeneralSecurityException fault) {
      throw new IllegalArgumentException("not a key for AES", fault);
    }
  }

  private KeyedMac hmac(String name, byte[] key) {
    try {
      return new HmacMac(jceMac(name), key);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java platform has " + name, missing);
    }
  }

  private Mac jceMac(String name) throws NoSuchAlgorithmException {
    if (preferred.isPresent()) {
      try {
        return Mac.getInstance(name, preferred.get());
      } catch (NoSuchAlgorithmException absent) {
        return Mac.getInstance(name);
      }
    }
    return Mac.getInstance(name);
  }

  private Cipher cipher(String transformation) {
    try {
      if (preferred.isPresent()) {
        try {
          return Cipher.getInstance(transformation, preferred.get());
        } catch (NoSuchAlgorithmException | NoSuchPaddingException absent) {
          return Cipher.getInstance(transformation);
        }
      }
      return Cipher.getInstance(transformation);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java platform has " + transformation, missing);
    }
  }
}
