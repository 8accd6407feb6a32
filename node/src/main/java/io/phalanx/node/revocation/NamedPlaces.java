package io.phalanx.node.revocation;

import io.phalanx.node.auth.Extensions;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Places that a certificate names, whose issuer was found trustworthy; HTTP alone is followed. */
final class NamedPlaces {
  private static final Set<String> SCHEMES = Set.of("http", "https");

  private NamedPlaces() {}

  /** Responders of OCSP (RFC 5280 §4.2.2.1). */
  static List<URI> responders(X509Certificate certificate) {
    return Extensions.value(
            certificate, Extension.authorityInfoAccess, AuthorityInformationAccess::getInstance)
        .stream()
        .flatMap(access -> Stream.of(access.getAccessDescriptions()))
        .filter(each -> AccessDescription.id_ad_ocsp.equals(each.getAccessMethod()))
        .flatMap(each -> uri(each.getAccessLocation()).stream())
        .toList();
  }

  /** CRLs of the issuer itself (RFC 5280 §4.2.1.13). */
  static List<URI> crls(X509Certificate certificate) {
    return Extensions.value(certificate, Extension.cRLDistributionPoints, CRLDistPoint::getInstance)
        .stream()
        .flatMap(points -> Stream.of(points.getDistributionPoints()))
        .filter(point -> point.getCRLIssuer() == null)
        .flatMap(point -> names(point).stream())
        .flatMap(name -> uri(name).stream())
        .toList();
  }

  private static List<GeneralName> names(DistributionPoint point) {
    DistributionPointName name = point.getDistributionPoint();
    return name != null && name.getType() == DistributionPointName.FULL_NAME
        ? List.of(GeneralNames.getInstance(name.getName()).getNames())
        : List.of();
  }

  private static Optional<URI> uri(GeneralName name) {
    if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
      return Optional.empty();
    }
    try {
      return Optional.of(URI.create(name.getName().toString()))
          .filter(uri -> uri.getHost() != null && SCHEMES.contains(uri.getScheme()));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
