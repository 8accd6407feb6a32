package io.phalanx.node.auth;

import io.phalanx.config.Identity;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/** Finds out whether a peer's certificates vouch for its identity (RFC 4945, RFC 5280). */
public final class PeerCertificates {
  /** Bounds the work that a stranger may cause. */
  private static final int CERTIFICATES_MAX = 10;

  private static final int CERTIFICATE_OCTETS_MAX = 16_384;

  /** Intermediates between a peer and an authority. */
  private static final int INTERMEDIATES_MAX = 6;

  /**
   * Certificates of one name and key that are looked at: renewed or cross-signed ones. A stranger
   * who sent many that sign each other would have the search for a path try every order of them.
   */
  private static final int SAME_AUTHORITY_MAX = 2;

  private PeerCertificates() {}

  /** What came of it. */
  public sealed interface Result {}

  /**
   * The certificate is good and is the peer's: verify its signature with its key.
   *
   * @param path from the peer's own certificate to the authority's, both included
   */
  public record Trusted(List<X509Certificate> path) implements Result {
    public PublicKey key() {
      return path.getFirst().getPublicKey();
    }
  }

  /** The peer is not authenticated. */
  public record Refused(Reason reason) implements Result {}

  /** Why certificates were refused. */
  public enum Reason {
    NO_CERTIFICATE,
    TOO_MANY,
    MALFORMED,
    /** The key is too short, too costly, or of an algorithm that we do not take. */
    WEAK_KEY,
    NOT_YET_VALID,
    EXPIRED,
    /** No path leads to a trusted authority; a certificate on the way may also be bad. */
    NO_PATH,
    /** Key usage or extended key usage do not allow signatures in IKE. */
    WRONG_USAGE,
    /** The certificate is good, but does not name the identity that the peer claims. */
    IDENTITY_MISMATCH
  }

  /**
   * Validates.
   *
   * @param der certificates out of CERT payloads with encoding 4: the peer's own first, then
   *     intermediates in any order
   * @param now for periods of validity
   * @param expected the identity in the peer's ID payload
   */
  public static Result validate(
      List<byte[]> der, TrustAnchors authorities, Instant now, Identity expected) {
    if (der.isEmpty()) {
      return new Refused(Reason.NO_CERTIFICATE);
    }
    if (der.size() > CERTIFICATES_MAX) {
      return new Refused(Reason.TOO_MANY);
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] each : der) {
      Optional<X509Certificate> certificate = parse(each);
      if (certificate.isEmpty()) {
        return new Refused(Reason.MALFORMED);
      }
      certificates.add(certificate.get());
    }
    return judge(certificates, authorities, now, expected);
  }

  private static Result judge(
      List<X509Certificate> certificates,
      TrustAnchors authorities,
      Instant now,
      Identity expected) {
    X509Certificate own = certificates.getFirst();
    Optional<Reason> fault = fault(own, now);
    if (fault.isPresent()) {
      return new Refused(fault.get());
    }
    List<X509Certificate> path = path(certificates, authorities, now);
    if (path.isEmpty()) {
      return new Refused(Reason.NO_PATH);
    }
    return CertificateIdentity.names(own, expected)
        ? new Trusted(path)
        : new Refused(Reason.IDENTITY_MISMATCH);
  }

  /** What is wrong with the peer's own certificate, taken alone. */
  private static Optional<Reason> fault(X509Certificate own, Instant now) {
    if (KeyKind.of(own.getPublicKey()).isEmpty()) {
      return Optional.of(Reason.WEAK_KEY);
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      return Optional.of(Reason.NOT_YET_VALID);
    }
    if (now.isAfter(own.getNotAfter().toInstant())) {
      return Optional.of(Reason.EXPIRED);
    }
    return CertificateUsage.allowsIke(own) ? Optional.empty() : Optional.of(Reason.WRONG_USAGE);
  }

  /** From the first certificate to an authority; empty if there is no way. */
  private static List<X509Certificate> path(
      List<X509Certificate> certificates, TrustAnchors authorities, Instant now) {
    Set<TrustAnchor> anchors =
        authorities.anchors().stream()
            .filter(anchor -> validAt(anchor, now))
            .map(anchor -> new TrustAnchor(anchor, null))
            .collect(Collectors.toSet());
    if (anchors.isEmpty()) {
      return List.of();
    }
    X509CertSelector own = new X509CertSelector();
    own.setCertificate(certificates.getFirst());
    try {
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, own);
      parameters.addCertStore(
          CertStore.getInstance(
              "Collection", new CollectionCertStoreParameters(candidates(certificates, now))));
      parameters.setDate(Date.from(now));
      parameters.setMaxPathLength(INTERMEDIATES_MAX);
      parameters.setRevocationEnabled(false);
      parameters.addCertPathChecker(new StrengthChecker());
      return CertPathBuilder.getInstance("PKIX").build(parameters)
              instanceof PKIXCertPathBuilderResult result
          ? whole(result)
          : List.of();
    } catch (CertPathBuilderException noPath) {
      return List.of();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot validate certificates", fault);
    }
  }

  /**
   * With the authority at its end. What its certificate says of paths and names binds, too: RFC
   * 5280 §6.1.1 leaves that to us, and so does the platform.
   */
  private static List<X509Certificate> whole(PKIXCertPathBuilderResult result) {
    List<X509Certificate> path = new ArrayList<>();
    result.getCertPath().getCertificates().forEach(each -> path.add((X509Certificate) each));
    X509Certificate authority = result.getTrustAnchor().getTrustedCert();
    int intermediates = path.size() - 1;
    boolean allowed =
        (authority.getVersion() < 3 || authority.getBasicConstraints() >= intermediates)
            && NameLimits.allow(authority, path);
    path.add(authority);
    return allowed ? List.copyOf(path) : List.of();
  }

  /** What a path may be made of: valid now, and few enough of one name and key. */
  static List<X509Certificate> candidates(List<X509Certificate> certificates, Instant now) {
    record Authority(X500Principal name, PublicKey key) {}
    Map<Authority, Integer> seen = new HashMap<>();
    return certificates.stream()
        .filter(each -> validAt(each, now))
        .distinct()
        .filter(
            each -> {
              Authority authority =
                  new Authority(each.getSubjectX500Principal(), each.getPublicKey());
              return seen.merge(authority, 1, Integer::sum) <= SAME_AUTHORITY_MAX;
            })
        .toList();
  }

  private static boolean validAt(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && !now.isAfter(certificate.getNotAfter().toInstant());
  }

  private static Optional<X509Certificate> parse(byte[] der) {
    if (der.length > CERTIFICATE_OCTETS_MAX) {
      return Optional.empty();
    }
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      return in.available() == 0 ? Optional.of(certificate) : Optional.empty();
    } catch (CertificateException | RuntimeException malformed) {
      // The parser is the platform's; for malformed input it promises no more than an exception.
      return Optional.empty();
    }
  }
}
