package io.phalanx.node.auth;

import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Set;

/** Refuses a path with a weak key or a weak signature in it. */
final class StrengthChecker extends PKIXCertPathChecker {
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
    if (!SignatureStrength.strong(x509)) {
      throw new CertPathValidatorException("weak signature");
    }
  }
}
