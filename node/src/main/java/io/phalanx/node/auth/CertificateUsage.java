package io.phalanx.node.auth;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/** Whether a certificate may be used for signatures in IKE (RFC 4945 §5.1.3). */
final class CertificateUsage {
  private static final int DIGITAL_SIGNATURE = 0; // RFC 5280 §4.2.1.3
  private static final int NON_REPUDIATION = 1; // RFC 4945 §5.1.3.2 takes either

  private static final Set<String> PURPOSES =
      Set.of(
          "1.3.6.1.5.5.7.3.1", // id-kp-serverAuth, RFC 5280 §4.2.1.12
          "1.3.6.1.5.5.7.3.2", // id-kp-clientAuth, RFC 5280 §4.2.1.12
          "1.3.6.1.5.5.7.3.17", // id-kp-ipsecIKE, RFC 4945 §5.1.3.12
          "1.3.6.1.5.5.8.2.2", // iKEIntermediate, RFC 4945 §5.1.3.12
          "2.5.29.37.0"); // anyExtendedKeyUsage, RFC 5280 §4.2.1.12

  private CertificateUsage() {}

  /** A certificate without an extension is not limited by it. */
  static boolean allowsIke(X509Certificate certificate) {
    boolean signs =
        Optional.ofNullable(certificate.getKeyUsage())
            .map(usage -> usage[DIGITAL_SIGNATURE] || usage[NON_REPUDIATION])
            .orElse(true);
    try {
      return signs
          && Optional.ofNullable(certificate.getExtendedKeyUsage())
              .map(purposes -> !Collections.disjoint(purposes, PURPOSES))
              .orElse(true);
    } catch (CertificateParsingException malformed) {
      return false;
    }
  }
}
