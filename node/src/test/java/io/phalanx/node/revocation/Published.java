package io.phalanx.node.revocation;

import io.phalanx.node.auth.TestCa;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** What an authority publishes of its certificates. */
final class Published {
  private Published() {}

  static byte[] crl(TestCa ca, Instant from, Instant until, X509Certificate... revoked) {
    return crl(ca.certificate(), ca.keys(), from, until, List.of(), revoked);
  }

  /** By somebody who only has the right name. */
  static byte[] crl(X509Certificate issuer, KeyPair keys, Instant from, Instant until) {
    return crl(issuer, keys, from, until, List.of());
  }

  static byte[] crlForAuthoritiesOnly(TestCa ca, Instant from, Instant until) {
    ASN1Encodable part = new IssuingDistributionPoint(null, false, true, null, false, false);
    return crl(
        ca.certificate(),
        ca.keys(),
        from,
        until,
        List.of(new Item(Extension.issuingDistributionPoint, part)));
  }

  static byte[] deltaCrl(TestCa ca, Instant from, Instant until) {
    return crl(
        ca.certificate(),
        ca.keys(),
        from,
        until,
        List.of(new Item(Extension.deltaCRLIndicator, new ASN1Integer(1))));
  }

  private record Item(ASN1ObjectIdentifier id, ASN1Encodable value) {}

  private static byte[] crl(
      X509Certificate issuer,
      KeyPair keys,
      Instant from,
      Instant until,
      List<Item> critical,
      X509Certificate... revoked) {
    try {
      X509v2CRLBuilder crl =
          new X509v2CRLBuilder(
              X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()), Date.from(from));
      crl.setNextUpdate(Date.from(until));
      for (X509Certificate each : revoked) {
        crl.addCRLEntry(each.getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
      }
      for (Item item : critical) {
        crl.addExtension(item.id(), true, item.value());
      }
      return crl.build(signer(keys)).getEncoded();
    } catch (IOException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static ContentSigner signer(KeyPair keys) {
    try {
      return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    } catch (OperatorCreationException fault) {
      throw new IllegalStateException(fault);
    }
  }

  /** A certificate that names where to ask about it. */
  static X509Certificate named(KeyPair keys, TestCa ca, URI crl, URI responder) {
    ASN1Encodable points =
        new CRLDistPoint(
            new DistributionPoint[] {
              new DistributionPoint(
                  new DistributionPointName(new GeneralNames(uri(crl))), null, null)
            });
    ASN1Encodable access =
        new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri(responder));
    return new TestCa.Template("CN=leaf", keys)
        .dns("leaf.example")
        .extension(Extension.cRLDistributionPoints, points)
        .extension(Extension.authorityInfoAccess, access)
        .signedBy(ca);
  }

  private static GeneralName uri(URI uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri.toString());
  }

  static X509Certificate responder(String name, KeyPair keys, TestCa ca, boolean forOcsp) {
    return new TestCa.Template(name, keys)
        .purposes(forOcsp ? KeyPurposeId.id_kp_OCSPSigning : KeyPurposeId.id_kp_serverAuth)
        .signedBy(ca);
  }

  static byte[] ocspRequest(X509Certificate certificate, TestCa ca) {
    return Ocsp.request(certificate, ca.certificate(), new byte[16]);
  }

  /** An answer of the authority itself, with the nonce of the request. */
  static byte[] ocsp(
      TestCa ca, byte[] request, Instant from, Instant until, X509Certificate... revoked) {
    return ocsp(
        ca.keys(), ca.certificate(), ca, request, from, until, Optional.empty(), true, revoked);
  }

  static byte[] ocsp(
      KeyPair keys,
      X509Certificate responder,
      TestCa ca,
      byte[] request,
      Instant from,
      Instant until,
      boolean echo) {
    return ocsp(keys, responder, ca, request, from, until, Optional.empty(), echo);
  }

  static byte[] ocspWithNonce(TestCa ca, byte[] request, Instant from, Optional<byte[]> nonce) {
    return ocsp(
        ca.keys(), ca.certificate(), ca, request, from, from.plusSeconds(600), nonce, false);
  }

  private static byte[] ocsp(
      KeyPair keys,
      X509Certificate responder,
      TestCa ca,
      byte[] octets,
      Instant from,
      Instant until,
      Optional<byte[]> nonce,
      boolean echo,
      X509Certificate... revoked) {
    try {
      OCSPReq request = new OCSPReq(octets);
      DigestCalculator sha1 =
          new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1);
      BasicOCSPRespBuilder answer =
          new BasicOCSPRespBuilder(
              new JcaX509CertificateHolder(responder).getSubjectPublicKeyInfo(), sha1);
      for (Req asked : request.getRequestList()) {
        boolean bad =
            Stream.of(revoked)
                .anyMatch(
                    each -> each.getSerialNumber().equals(asked.getCertID().getSerialNumber()));
        answer.addResponse(
            asked.getCertID(),
            bad
                ? new RevokedStatus(Date.from(from), CRLReason.keyCompromise)
                : CertificateStatus.GOOD,
            Date.from(from),
            Date.from(until));
      }
      Optional<Extension> extension =
          echo
              ? Optional.of(request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce))
              : nonce.map(Published::nonce);
      extension.ifPresent(each -> answer.setResponseExtensions(new Extensions(each)));
      X509CertificateHolder[] chain =
          responder.equals(ca.certificate())
              ? new X509CertificateHolder[0]
              : new X509CertificateHolder[] {new JcaX509CertificateHolder(responder)};
      return new OCSPRespBuilder()
          .build(OCSPResp.SUCCESSFUL, answer.build(signer(keys), chain, Date.from(from)))
          .getEncoded();
    } catch (IOException
        | OCSPException
        | GeneralSecurityException
        | OperatorCreationException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static Extension nonce(byte[] octets) {
    try {
      return new Extension(
          OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(octets).getEncoded());
    } catch (IOException fault) {
      throw new IllegalStateException(fault);
    }
  }
}
