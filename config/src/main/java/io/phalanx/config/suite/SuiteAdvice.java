package io.phalanx.config.suite;

import java.util.ArrayList;
import java.util.List;

/**
 * What speaks against a suite: reasons of RFC 8247 for IKE and RFC 8221 for ESP. Suites of which
 * there is something to say are used only where a configuration names them.
 */
public final class SuiteAdvice {
  private static final int ICV_OCTETS_SOUND = 16;

  private SuiteAdvice() {}

  /** Empty where there is nothing to be said against it. */
  public static List<String> on(IkeSuite suite) {
    List<String> reasons = new ArrayList<>();
    cipher(suite.encryption(), "RFC 8247 §2.1", reasons);
    suite.integrity().ifPresent(each -> integrity(each, "RFC 8247 §2.3", reasons));
    switch (suite.prf()) {
      case HMAC_SHA1 -> reasons.add("its PRF, HMAC-SHA1, is on its way out (RFC 8247 §2.2)");
      case AES128_XCBC, AES128_CMAC ->
          reasons.add(
              "its PRF makes keys of 128 bits only and is for small devices (RFC 8247 §2.2)");
      case HMAC_SHA2_256, HMAC_SHA2_384, HMAC_SHA2_512 -> {}
    }
    return List.copyOf(reasons);
  }

  /** Empty where there is nothing to be said against it. */
  public static List<String> on(EspSuite suite) {
    List<String> reasons = new ArrayList<>();
    if (!suite.encryption().encrypts()) {
      reasons.add("it encrypts nothing: who is on the way reads everything (RFC 8221 §5)");
    }
    cipher(suite.encryption(), "RFC 8221 §5", reasons);
    suite.integrity().ifPresent(each -> integrity(each, "RFC 8221 §6", reasons));
    return List.copyOf(reasons);
  }

  private static void cipher(EncryptionAlgorithm algorithm, String source, List<String> reasons) {
    if (algorithm.combinedMode() && algorithm.icvOctets() < ICV_OCTETS_SOUND) {
      reasons.add(
          "its ICV has just "
              + algorithm.icvOctets()
              + " octets, which is for small devices ("
              + source
              + ")");
    } else if (algorithm.mode() == CipherMode.CTR) {
      reasons.add("AES-CTR is not among the ciphers of " + source + ", and AES-GCM is faster");
    }
  }

  private static void integrity(IntegrityAlgorithm algorithm, String source, List<String> reasons) {
    switch (algorithm) {
      case HMAC_SHA1_96 -> reasons.add("HMAC-SHA1 is on its way out (" + source + ")");
      case AES_XCBC_96, AES_CMAC_96 ->
          reasons.add("its ICV has just 12 octets, which is for small devices (" + source + ")");
      case HMAC_SHA2_256_128, HMAC_SHA2_384_192, HMAC_SHA2_512_256 -> {}
    }
  }
}
