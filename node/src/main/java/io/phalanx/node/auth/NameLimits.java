package io.phalanx.node.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;

/**
 * Name constraints of a trusted authority (RFC 5280 §4.2.1.10). Those of intermediates are the
 * platform's to see to; it does not take them of an authority.
 */
final class NameLimits {
  private NameLimits() {}

  /**
   * Whether all certificates are within the names that the authority may vouch for.
   *
   * @param path from the peer's own certificate up, without the authority's
   */
  static boolean allow(X509Certificate authority, List<X509Certificate> path) {
    if (authority.getExtensionValue(Extension.nameConstraints.getId()) == null) {
      return true;
    }
    Optional<NameConstraints> constraints =
        Extensions.value(authority, Extension.nameConstraints, NameConstraints::getInstance);
    try {
      return constraints.isPresent() && within(validator(constraints.get()), path);
    } catch (NameConstraintValidatorException | IllegalArgumentException outside) {
      return false;
    }
  }

  private static PKIXNameConstraintValidator validator(NameConstraints constraints) {
    PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
    GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
    if (permitted != null) {
      validator.intersectPermittedSubtree(permitted);
    }
    GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
    if (excluded != null) {
      Stream.of(excluded).forEach(validator::addExcludedSubtree);
    }
    return validator;
  }

  private static boolean within(PKIXNameConstraintValidator validator, List<X509Certificate> path)
      throws NameConstraintValidatorException {
    for (int i = 0; i < path.size(); i++) {
      X509Certificate certificate = path.get(i);
      boolean selfIssued =
          certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
      if (i > 0 && selfIssued) {
        continue; // RFC 5280 §6.1.3 (b)
      }
      X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
      if (subject.size() > 0) {
        validator.checkPermittedDN(subject);
        validator.checkExcludedDN(subject);
      }
      for (GeneralName name : names(certificate)) {
        validator.checkPermitted(name);
        validator.checkExcluded(name);
      }
    }
    return true;
  }

  private static List<GeneralName> names(X509Certificate certificate) {
    return Extensions.value(
            certificate, Extension.subjectAlternativeName, GeneralNames::getInstance)
        .map(names -> List.of(names.getNames()))
        .orElse(List.of());
  }
}
