package io.phalanx.node.auth;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;
import java.util.Set;

/** Which signatures on certificates, CRLs and OCSP answers say anything. */
public final class SignatureStrength {
  /**
   * Signatures with MD2, MD5 and SHA-1 are forgeable: sha1WithRSAEncryption, ecdsa-with-SHA1 ...
   */
  private static final Set<String> SIGNATURES =
      Set.of(
          "1.2.840.113549.1.1.10", // RSASSA-PSS, RFC 4055 §3.1
          "1.2.840.113549.1.1.11", // sha256WithRSAEncryption, RFC 4055 §5
          "1.2.840.113549.1.1.12", // sha384WithRSAEncryption, RFC 4055 §5
          "1.2.840.113549.1.1.13", // sha512WithRSAEncryption, RFC 4055 §5
          "1.2.840.10045.4.3.2", // ecdsa-with-SHA256, RFC 5758 §3.2
          "1.2.840.10045.4.3.3", // ecdsa-with-SHA384, RFC 5758 §3.2
          "1.2.840.10045.4.3.4", // ecdsa-with-SHA512, RFC 5758 §3.2
          "1.3.101.112", // id-Ed25519, RFC 8410 §3
          "1.3.101.113"); // id-Ed448, RFC 8410 §3

  private static final String PSS = "1.2.840.113549.1.1.10";
  private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

  private SignatureStrength() {}

  /** Whether the signature on a certificate does. */
  public static boolean strong(X509Certificate certificate) {
    return strong(certificate.getSigAlgOID(), Optional.ofNullable(certificate.getSigAlgParams()));
  }

  /**
   * Whether a signature with this algorithm says anything.
   *
   * @param parameters of the algorithm in DER: RSASSA-PSS without any means SHA-1 (RFC 4055 §3.1)
   */
  public static boolean strong(String algorithm, Optional<byte[]> parameters) {
    return SIGNATURES.contains(algorithm)
        && (!algorithm.equals(PSS) || parameters.filter(SignatureStrength::strongPss).isPresent());
  }

  private static boolean strongPss(byte[] der) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(der);
      PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
      return PSS_DIGESTS.contains(spec.getDigestAlgorithm())
          && spec.getMGFParameters() instanceof MGF1ParameterSpec mask
          && PSS_DIGESTS.contains(mask.getDigestAlgorithm());
    } catch (GeneralSecurityException | IOException malformed) {
      return false;
    }
  }
}
