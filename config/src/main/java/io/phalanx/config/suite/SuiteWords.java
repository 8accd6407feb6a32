package io.phalanx.config.suite;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Parsed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The words for algorithms, strongSwan's where it has one. */
final class SuiteWords {
  record Cipher(EncryptionAlgorithm algorithm, int keyBits) {}

  /** Whether 64-bit sequence numbers are used, from the last word of an ESP suite. */
  enum SequenceNumbers {
    EXTENDED,
    SHORT
  }

  private static final Map<String, Object> WORDS = new LinkedHashMap<>();

  /** What other implementations know and we refuse. */
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("3des", "its blocks are too small (RFC 8221 §5)"),
          Map.entry("des", "it is broken (RFC 8221 §5)"),
          Map.entry("blowfish", "its blocks are too small (RFC 8221 §5)"),
          Map.entry("md5", "it is broken (RFC 8221 §6)"),
          Map.entry("prfmd5", "it is broken (RFC 8247 §2.2)"),
          Map.entry("modp768", "it is broken (RFC 8247 §2.4)"),
          Map.entry("modp1024", "it is too small (RFC 8247 §2.4)"),
          Map.entry("modp1536", "it is too small (RFC 8247 §2.4)"),
          Map.entry("modp1024s160", "it is too small (RFC 8247 §2.4)"),
          Map.entry("modp2048s224", "nobody can account for its prime (RFC 8247 §2.4)"),
          Map.entry("modp2048s256", "nobody can account for its prime (RFC 8247 §2.4)"));

  static {
    aes("gcm16", EncryptionAlgorithm.AES_GCM_16);
    WORDS.put("chacha20poly1305", new Cipher(EncryptionAlgorithm.CHACHA20_POLY1305, 256));
    aes("", EncryptionAlgorithm.AES_CBC);
    aes("ctr", EncryptionAlgorithm.AES_CTR);
    aes("gcm12", EncryptionAlgorithm.AES_GCM_12);
    aes("gcm8", EncryptionAlgorithm.AES_GCM_8);
    aes("ccm16", EncryptionAlgorithm.AES_CCM_16);
    aes("ccm12", EncryptionAlgorithm.AES_CCM_12);
    aes("ccm8", EncryptionAlgorithm.AES_CCM_8);
    aes("gmac", EncryptionAlgorithm.NULL_AUTH_AES_GMAC);
    WORDS.put("null", new Cipher(EncryptionAlgorithm.NULL, 0));
    WORDS.put("sha256", IntegrityAlgorithm.HMAC_SHA2_256_128);
    WORDS.put("sha384", IntegrityAlgorithm.HMAC_SHA2_384_192);
    WORDS.put("sha512", IntegrityAlgorithm.HMAC_SHA2_512_256);
    WORDS.put("sha1", IntegrityAlgorithm.HMAC_SHA1_96);
    WORDS.put("aesxcbc", IntegrityAlgorithm.AES_XCBC_96);
    WORDS.put("aescmac", IntegrityAlgorithm.AES_CMAC_96);
    WORDS.put("prfsha256", PseudoRandomFunction.HMAC_SHA2_256);
    WORDS.put("prfsha384", PseudoRandomFunction.HMAC_SHA2_384);
    WORDS.put("prfsha512", PseudoRandomFunction.HMAC_SHA2_512);
    WORDS.put("prfsha1", PseudoRandomFunction.HMAC_SHA1);
    WORDS.put("prfaesxcbc", PseudoRandomFunction.AES128_XCBC);
    WORDS.put("prfaescmac", PseudoRandomFunction.AES128_CMAC);
    WORDS.put("ecp256", KeyExchangeMethod.ECP_256);
    WORDS.put("ecp384", KeyExchangeMethod.ECP_384);
    WORDS.put("ecp521", KeyExchangeMethod.ECP_521);
    WORDS.put("curve25519", KeyExchangeMethod.CURVE25519);
    WORDS.put("x25519", KeyExchangeMethod.CURVE25519);
    WORDS.put("curve448", KeyExchangeMethod.CURVE448);
    WORDS.put("x448", KeyExchangeMethod.CURVE448);
    WORDS.put("modp2048", KeyExchangeMethod.MODP_2048);
    WORDS.put("modp3072", KeyExchangeMethod.MODP_3072);
    WORDS.put("modp4096", KeyExchangeMethod.MODP_4096);
    WORDS.put("modp6144", KeyExchangeMethod.MODP_6144);
    WORDS.put("modp8192", KeyExchangeMethod.MODP_8192);
    WORDS.put("esn", SequenceNumbers.EXTENDED);
    WORDS.put("noesn", SequenceNumbers.SHORT);
  }

  private SuiteWords() {}

  private static void aes(String mode, EncryptionAlgorithm algorithm) {
    for (int bits : algorithm.keyBits()) {
      WORDS.put("aes" + bits + mode, new Cipher(algorithm, bits));
    }
  }

  /** The algorithm that a word names. */
  static Parsed<Object> algorithm(String word) {
    Object algorithm = WORDS.get(word);
    if (algorithm != null) {
      return Parsed.value(algorithm);
    }
    String reason = REFUSED.get(word);
    if (reason != null) {
      return Parsed.fault(quote(word) + " is not offered: " + reason, "use one of " + all());
    }
    return Parsed.fault("unknown algorithm " + quote(word), "use one of " + all());
  }

  /** The words of one kind, as text for people. */
  static String choices(Class<?> kind) {
    return WORDS.entrySet().stream()
        .filter(entry -> kind.isInstance(entry.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(", "));
  }

  static String word(Object algorithm) {
    return WORDS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(algorithm))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no notation for " + algorithm));
  }

  private static String all() {
    return String.join(", ", WORDS.keySet());
  }
}
