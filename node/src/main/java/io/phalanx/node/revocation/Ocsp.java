package io.phalanx.node.revocation;

import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.auth.SignatureStrength;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Requests and responses of OCSP (RFC 6960). */
final class Ocsp {
  static final String REQUEST_TYPE = "application/ocsp-request"; // RFC 6960 §A.1
  private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"; // RFC 6960 §4.2.2.2

  /** Clocks differ; RFC 6960 §4.2.2.1 leaves it to us how much. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** How long an answer holds that names no end: newer information is always available. */
  private static final Duration WITHOUT_END = Duration.ofMinutes(5);

  private Ocsp() {}

  /**
   * What a response says.
   *
   * @param until how long it may be believed
   */
  record Said(RevocationStatus status, Instant until) {}

  private static CertificateID id(X509Certificate certificate, X509Certificate issuer)
      throws OCSPException, CertificateException, OperatorCreationException {
    DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
    return new CertificateID(
        digests.get(CertificateID.HASH_SHA1), // all responders know it; nothing rests on it
        new JcaX509CertificateHolder(issuer),
        certificate.getSerialNumber());
  }

  static byte[] request(X509Certificate certificate, X509Certificate issuer, byte[] nonce) {
    try {
      byte[] wrapped = new DEROctetString(nonce).getEncoded();
      return new OCSPReqBuilder()
          .addRequest(id(certificate, issuer))
          .setRequestExtensions(
              new Extensions(
                  new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, wrapped)))
          .build()
          .getEncoded();
    } catch (OCSPException | CertificateException | OperatorCreationException | IOException fault) {
      throw new IllegalStateException("cannot ask about a certificate", fault);
    }
  }

  /** What a response says of a certificate; empty if it cannot be believed. */
  static Optional<Said> read(
      byte[] octets,
      X509Certificate certificate,
      X509Certificate issuer,
      byte[] nonce,
      Instant now) {
    try {
      OCSPResp response = new OCSPResp(octets);
      return response.getStatus() == OCSPResp.SUCCESSFUL
              && response.getResponseObject() instanceof BasicOCSPResp basic
              && nonceFits(basic, nonce)
              && signed(basic, issuer, now)
          ? said(basic, id(certificate, issuer), now)
          : Optional.empty();
    } catch (IOException
        | OCSPException
        | GeneralSecurityException
        | OperatorCreationException
        | RuntimeException malformed) {
      // The parser promises no more than an exception.
      return Optional.empty();
    }
  }

  /** Responders may leave the nonce out (RFC 5019 §4), but not answer another one. */
  private static boolean nonceFits(BasicOCSPResp response, byte[] nonce) throws IOException {
    Extension theirs = response.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    return theirs == null
        || Arrays.equals(theirs.getExtnValue().getOctets(), new DEROctetString(nonce).getEncoded());
  }

  /** By the issuer itself, or by whom it has made its responder (RFC 6960 §4.2.2.2). */
  private static boolean signed(BasicOCSPResp response, X509Certificate issuer, Instant now)
      throws OCSPException, GeneralSecurityException, OperatorCreationException {
    byte[] parameters = parameters(response);
    if (!SignatureStrength.strong(
        response.getSignatureAlgOID().getId(), Optional.of(parameters).filter(p -> p.length > 0))) {
      return false;
    }
    if (verifies(response, issuer.getPublicKey())) {
      return true;
    }
    for (X509CertificateHolder holder : List.of(response.getCerts())) {
      X509Certificate responder = new JcaX509CertificateConverter().getCertificate(holder);
      if (delegated(responder, issuer, now) && verifies(response, responder.getPublicKey())) {
        return true;
      }
    }
    return false;
  }

  private static byte[] parameters(BasicOCSPResp response) throws GeneralSecurityException {
    try {
      var value = response.getSignatureAlgorithmID().getParameters();
      return value == null ? new byte[0] : value.toASN1Primitive().getEncoded();
    } catch (IOException malformed) {
      throw new GeneralSecurityException(malformed);
    }
  }

  private static boolean verifies(BasicOCSPResp response, PublicKey key)
      throws OperatorCreationException {
    try {
      return response.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
    } catch (OCSPException otherAlgorithm) {
      return false;
    }
  }

  private static boolean delegated(X509Certificate responder, X509Certificate issuer, Instant now) {
    try {
      responder.verify(issuer.getPublicKey());
      responder.checkValidity(Date.from(now));
      List<String> purposes = responder.getExtendedKeyUsage();
      return purposes != null
          && purposes.contains(OCSP_SIGNING)
          && responder.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
          && SignatureStrength.strong(responder)
          && knownExtensions(responder);
    } catch (GeneralSecurityException somebodyElse) {
      return false;
    }
  }

  private static boolean knownExtensions(X509Certificate responder) {
    return !responder.hasUnsupportedCriticalExtension();
  }

  private static Optional<Said> said(BasicOCSPResp response, CertificateID id, Instant now) {
    BigInteger serial = id.getSerialNumber();
    for (SingleResp single : response.getResponses()) {
      CertificateID theirs = single.getCertID();
      boolean same =
          theirs.getSerialNumber().equals(serial)
              && theirs.getHashAlgOID().equals(id.getHashAlgOID())
              && Arrays.equals(theirs.getIssuerKeyHash(), id.getIssuerKeyHash())
              && Arrays.equals(theirs.getIssuerNameHash(), id.getIssuerNameHash());
      Instant from = single.getThisUpdate().toInstant();
      Instant until =
          single.getNextUpdate() == null
              ? now.plus(WITHOUT_END)
              : single.getNextUpdate().toInstant();
      boolean current =
          !now.plus(CLOCK_SKEW).isBefore(from) && !now.minus(CLOCK_SKEW).isAfter(until);
      if (same && current) {
        return Optional.of(new Said(status(single.getCertStatus()), until));
      }
    }
    return Optional.empty();
  }

  @SuppressWarnings("ReferenceEquality") // good is a null of Bouncy Castle's
  private static RevocationStatus status(@Nullable CertificateStatus status) {
    if (status == CertificateStatus.GOOD) {
      return RevocationStatus.GOOD;
    }
    return status instanceof RevokedStatus ? RevocationStatus.REVOKED : RevocationStatus.UNKNOWN;
  }
}
