package io.phalanx.config.suite;

import static io.phalanx.config.suite.SuiteWords.word;
import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.suite.SuiteWords.Cipher;
import io.phalanx.config.suite.SuiteWords.SequenceNumbers;
import io.phalanx.config.text.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Suites as text, in strongSwan's notation: {@code aes256gcm16-prfsha256-ecp256}, {@code
 * aes128-sha256-modp2048}; for ESP {@code aes128gcm16-esn}. One text names one algorithm of each
 * kind; alternatives are texts of their own, as they are proposals of their own on the wire.
 */
public final class SuiteNotation {
  /** RFC 8247: combined-mode ciphers first, then what every implementation must have. */
  private static final List<IkeSuite> IKE_DEFAULTS =
      Stream.of(
              "aes256gcm16-prfsha256-ecp256",
              "aes128gcm16-prfsha256-ecp256",
              "aes256gcm16-prfsha384-ecp384",
              "aes256gcm16-prfsha256-curve25519",
              "aes128gcm16-prfsha256-curve25519",
              "chacha20poly1305-prfsha256-curve25519",
              "aes256-sha256-ecp256",
              "aes128-sha256-ecp256",
              "aes256-sha256-modp2048",
              "aes128-sha256-modp2048")
          .map(text -> parseIke(text).toOptional().orElseThrow())
          .toList();

  /**
   * RFC 8221, likewise; each with and without a key exchange of its own, since many clients insist
   * on one or the other when they rekey.
   */
  private static final List<EspSuite> ESP_DEFAULTS =
      Stream.of(
              "aes256gcm16",
              "aes128gcm16",
              "chacha20poly1305",
              "aes256-sha256",
              "aes128-sha256",
              "aes256gcm16-ecp256",
              "aes128gcm16-ecp256",
              "aes256gcm16-ecp384",
              "aes256gcm16-curve25519",
              "aes128gcm16-curve25519",
              "chacha20poly1305-curve25519",
              "aes256-sha256-ecp256",
              "aes128-sha256-ecp256",
              "aes256-sha256-modp2048",
              "aes128-sha256-modp2048")
          .flatMap(text -> parseEsp(text).toOptional().orElseThrow().stream())
          .toList();

  private SuiteNotation() {}

  /** What is offered and accepted for IKE where nothing is configured. */
  public static List<IkeSuite> ikeDefaults() {
    return IKE_DEFAULTS;
  }

  /** What is offered and accepted for ESP where nothing is configured. */
  public static List<EspSuite> espDefaults() {
    return ESP_DEFAULTS;
  }

  /**
   * Reads an IKE suite. A cipher that is not a combined-mode one gets its PRF from the integrity
   * algorithm, unless the text names one.
   */
  public static Parsed<IkeSuite> parseIke(String text) {
    return words(text)
        .then(
            words -> {
              Optional<KeyExchangeMethod> group = one(words, KeyExchangeMethod.class);
              Optional<PseudoRandomFunction> prf =
                  one(words, PseudoRandomFunction.class)
                      .or(() -> one(words, IntegrityAlgorithm.class).map(SuiteNotation::prfOf));
              if (one(words, SequenceNumbers.class).isPresent()) {
                return Parsed.fault(
                    quote(text) + " has a word on sequence numbers, which IKE does not use",
                    "leave esn or noesn out");
              }
              if (prf.isEmpty()) {
                return missing(text, "pseudo-random function", PseudoRandomFunction.class);
              }
              if (group.isEmpty()) {
                return missing(text, "key exchange method", KeyExchangeMethod.class);
              }
              Cipher cipher = one(words, Cipher.class).orElseThrow();
              if (!cipher.algorithm().encrypts()) {
                return Parsed.fault(
                    quote(text) + " does not encrypt, which IKE always does",
                    "use it for ESP alone");
              }
              return Parsed.value(
                  new IkeSuite(
                      cipher.algorithm(),
                      cipher.keyBits(),
                      one(words, IntegrityAlgorithm.class),
                      prf.get(),
                      group.get()));
            });
  }

  /**
   * Reads an ESP suite. Without {@code esn} or {@code noesn} it stands for both, extended sequence
   * numbers first.
   */
  public static Parsed<List<EspSuite>> parseEsp(String text) {
    return words(text)
        .then(
            words -> {
              if (one(words, PseudoRandomFunction.class).isPresent()) {
                return Parsed.fault(
                    quote(text) + " has a pseudo-random function, which ESP does not use",
                    "leave it out");
              }
              Cipher cipher = one(words, Cipher.class).orElseThrow();
              List<SequenceNumbers> kinds =
                  one(words, SequenceNumbers.class)
                      .map(List::of)
                      .orElse(List.of(SequenceNumbers.EXTENDED, SequenceNumbers.SHORT));
              return Parsed.value(
                  kinds.stream()
                      .map(
                          kind ->
                              new EspSuite(
                                  cipher.algorithm(),
                                  cipher.keyBits(),
                                  one(words, IntegrityAlgorithm.class),
                                  one(words, KeyExchangeMethod.class),
                                  kind == SequenceNumbers.EXTENDED))
                      .toList());
            });
  }

  /** The text that {@link #parseIke} reads as this suite. */
  public static String text(IkeSuite suite) {
    List<String> words = new ArrayList<>();
    words.add(word(new Cipher(suite.encryption(), suite.keyBits())));
    suite.integrity().ifPresent(integrity -> words.add(word(integrity)));
    if (suite.integrity().map(SuiteNotation::prfOf).filter(suite.prf()::equals).isEmpty()) {
      words.add(word(suite.prf()));
    }
    words.add(word(suite.keyExchange()));
    return String.join("-", words);
  }

  /** The text that {@link #parseEsp} reads as this suite alone. */
  public static String text(EspSuite suite) {
    List<String> words = new ArrayList<>();
    words.add(word(new Cipher(suite.encryption(), suite.keyBits())));
    suite.integrity().ifPresent(integrity -> words.add(word(integrity)));
    suite.keyExchange().ifPresent(group -> words.add(word(group)));
    words.add(suite.extendedSequenceNumbers() ? "esn" : "noesn");
    return String.join("-", words);
  }

  /** The algorithms of a text, at most one of a kind, with a cipher and what belongs to it. */
  private static Parsed<List<Object>> words(String text) {
    List<Object> found = new ArrayList<>();
    for (String word : text.split("-", -1)) {
      Parsed<Object> parsed = SuiteWords.algorithm(word);
      if (parsed instanceof Parsed.Fault<Object>(var problem, var remedy)) {
        return Parsed.fault(problem, remedy);
      }
      Object algorithm = parsed.toOptional().orElseThrow();
      if (one(found, algorithm.getClass()).isPresent()) {
        return Parsed.fault(
            quote(text) + " names two algorithms of one kind",
            "write two entries, the preferred one first");
      }
      found.add(algorithm);
    }
    Optional<Cipher> cipher = one(found, Cipher.class);
    if (cipher.isEmpty()) {
      return missing(text, "encryption algorithm", Cipher.class);
    }
    boolean combined = cipher.get().algorithm().combinedMode();
    boolean integrity = one(found, IntegrityAlgorithm.class).isPresent();
    if (combined && integrity) {
      return Parsed.fault(
          quote(text) + " has an integrity algorithm beside a cipher that brings its own",
          "leave it out; the PRF of IKE is a word like prfsha256");
    }
    if (!combined && !integrity) {
      return missing(text, "integrity algorithm", IntegrityAlgorithm.class);
    }
    return Parsed.value(found);
  }

  private static <T> Parsed<T> missing(String text, String what, Class<?> kind) {
    return Parsed.fault(quote(text) + " has no " + what, "add one of " + SuiteWords.choices(kind));
  }

  private static <T> Optional<T> one(List<Object> words, Class<T> kind) {
    return words.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  private static PseudoRandomFunction prfOf(IntegrityAlgorithm integrity) {
    return switch (integrity) {
      case HMAC_SHA1_96 -> PseudoRandomFunction.HMAC_SHA1;
      case AES_XCBC_96 -> PseudoRandomFunction.AES128_XCBC;
      case AES_CMAC_96 -> PseudoRandomFunction.AES128_CMAC;
      case HMAC_SHA2_256_128 -> PseudoRandomFunction.HMAC_SHA2_256;
      case HMAC_SHA2_384_192 -> PseudoRandomFunction.HMAC_SHA2_384;
      case HMAC_SHA2_512_256 -> PseudoRandomFunction.HMAC_SHA2_512;
    };
  }
}
