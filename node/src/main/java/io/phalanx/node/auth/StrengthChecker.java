package io.phalanx.node.auth;

import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Set;

/** Refuses a path with a weak key or a weak signature in it. */
final class StrengthChecker extends PKIXCertPathChecker {
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
          "1.2.840.10045.4.3.4"); // ecdsa-with-SHA512, RFC 5758 §3.2

  @Override
  public void init(boolean forward) {}

  @Override
  public boolean isForwardCheckingSupported() {
    return true;
  }

  @Override
  public Set<String> getSupportedExtensions() {
    return Set.of();
  }

  @Override
  public void check(Certificate certificate, Collection<String> unresolved)
      throws CertPathValidatorException {
    X509Certificate x509 = (X509Certificate) certificate;
    if (KeyKind.of(x509.getPublicKey()).isEmpty()) {
      throw new CertPathValidatorException("weak key");
    }
    if (!SIGNATURES.contains(x509.getSigAlgOID())) {
      throw new CertPathValidatorException("weak signature");
    }
  }
}
