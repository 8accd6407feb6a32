package io.phalanx.node.revocation;

import io.phalanx.node.auth.Extensions;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.auth.SignatureStrength;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;

/** What a CRL says of a certificate (RFC 5280 §6.3): whole CRLs of the certificate's issuer. */
final class Crls {
  private static final int CRL_SIGN = 6; // RFC 5280 §4.2.1.3
  private static final Set<String> UNDERSTOOD = Set.of(Extension.issuingDistributionPoint.getId());

  private Crls() {}

  /** In DER, or in PEM as a file often is. */
  static Optional<X509CRL> parse(byte[] octets) {
    try {
      return CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(octets))
              instanceof X509CRL crl
          ? Optional.of(crl)
          : Optional.empty();
    } catch (GeneralSecurityException | RuntimeException malformed) {
      // The parser is the platform's; for malformed input it promises no more than an exception.
      return Optional.empty();
    }
  }

  /** When it is to be fetched anew. */
  static Instant until(X509CRL crl, Instant orElse) {
    return Optional.ofNullable(crl.getNextUpdate()).map(Date::toInstant).orElse(orElse);
  }

  /** Whether the issuer of a certificate vouches for this CRL, now and for such certificates. */
  static boolean holds(
      X509CRL crl, X509Certificate certificate, X509Certificate issuer, Instant now) {
    boolean current =
        crl.getThisUpdate() != null
            && !now.isBefore(crl.getThisUpdate().toInstant())
            && (crl.getNextUpdate() == null || !now.isAfter(crl.getNextUpdate().toInstant()));
    return current
        && crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
        && mayIssue(issuer)
        && covers(crl, certificate)
        && signedBy(crl, issuer);
  }

  private static boolean mayIssue(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    return usage == null || usage[CRL_SIGN];
  }

  /** A part of a CRL, one of others, or one that says what we do not know says nothing. */
  private static boolean covers(X509CRL crl, X509Certificate certificate) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    if (critical != null && !UNDERSTOOD.containsAll(critical)) {
      return false;
    }
    if (crl.getExtensionValue(Extension.deltaCRLIndicator.getId()) != null) {
      return false;
    }
    if (crl.getExtensionValue(Extension.issuingDistributionPoint.getId()) == null) {
      return true;
    }
    boolean authority = certificate.getBasicConstraints() >= 0;
    return Extensions.value(
            crl, Extension.issuingDistributionPoint, IssuingDistributionPoint::getInstance)
        .filter(
            part ->
                !part.isIndirectCRL()
                    && !part.onlyContainsAttributeCerts()
                    && part.getOnlySomeReasons() == null
                    && !(part.onlyContainsCACerts() && !authority)
                    && !(part.onlyContainsUserCerts() && authority))
        .isPresent();
  }

  private static boolean signedBy(X509CRL crl, X509Certificate issuer) {
    try {
      crl.verify(issuer.getPublicKey());
      return SignatureStrength.strong(
          crl.getSigAlgOID(), Optional.ofNullable(crl.getSigAlgParams()));
    } catch (GeneralSecurityException otherKey) {
      return false;
    }
  }

  static RevocationStatus status(X509CRL crl, X509Certificate certificate) {
    return crl.getRevokedCertificate(certificate.getSerialNumber()) == null
        ? RevocationStatus.GOOD
        : RevocationStatus.REVOKED;
  }
}
