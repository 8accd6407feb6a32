package io.phalanx.replication.link;

import io.phalanx.config.MemberName;
import io.phalanx.config.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The authority of one cluster, which makes the certificates of its members (RFC 5280). It serves
 * nothing else, so being issued by it and naming the cluster is all that a certificate needs.
 */
public final class ClusterAuthority {
  /** How long the authority holds. */
  public static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);

  /** How long a member's certificate holds; never longer than the authority. */
  public static final Duration MEMBER_LIFETIME = Duration.ofDays(730);

  /** Members' clocks may be behind the one that made the certificate. */
  private static final Duration SKEW = Duration.ofHours(1);

  private static final String SUBJECT = "CN=Phalanx cluster ";
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 126;

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final SecureRandom random;

  /**
   * A certificate and its key.
   *
   * @param key PKCS#8, in the clear
   */
  public record Issued(X509Certificate certificate, PrivateKey key) {
    public String certificatePem() {
      return pem(certificate);
    }

    /** For a file that only its owner may read. */
    public String keyPem() {
      return Pem.block("PRIVATE KEY", key.getEncoded());
    }

    @Override
    public String toString() {
      return String.valueOf(certificate.getSubjectX500Principal());
    }
  }

  private ClusterAuthority(X509Certificate certificate, PrivateKey key, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.random = random;
  }

  /** A new authority, with a key of its own. */
  public static ClusterAuthority create(String cluster, Instant now, SecureRandom random) {
    KeyPair keys = keys(random);
    X500Principal name = new X500Principal(SUBJECT + cluster);
    X509v3CertificateBuilder builder =
        builder(name, name, keys.getPublic(), now, now.plus(AUTHORITY_LIFETIME), random);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return new ClusterAuthority(
          signed(builder, keys.getPublic(), keys.getPublic(), keys.getPrivate()),
          keys.getPrivate(),
          random);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("a certificate on P-256 cannot be made", e);
    }
  }

  /**
   * One that was made before.
   *
   * @throws IllegalArgumentException if the texts do not hold an authority and its key
   */
  public static ClusterAuthority of(String certificatePem, String keyPem, SecureRandom random) {
    X509Certificate certificate = Pem.certificates(certificatePem).getFirst();
    if (certificate.getBasicConstraints() < 0 || !subject(certificate).startsWith(SUBJECT)) {
      throw new IllegalArgumentException("the certificate is not an authority's of a cluster");
    }
    return new ClusterAuthority(certificate, Pem.privateKey(keyPem), random);
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  /** Name of the cluster whose members it certifies. */
  public String cluster() {
    return subject(certificate).substring(SUBJECT.length());
  }

  /** A certificate with a new key for one member. */
  public Issued issue(MemberName member, Instant now) {
    KeyPair keys = keys(random);
    Instant end = now.plus(MEMBER_LIFETIME);
    Instant last = certificate.getNotAfter().toInstant();
    X509v3CertificateBuilder builder =
        builder(
            certificate.getSubjectX500Principal(),
            new X500Principal("CN=member " + member.member() + ", O=" + member.cluster()),
            keys.getPublic(),
            now,
            end.isBefore(last) ? end : last,
            random);
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, member.uri());
    KeyPurposeId[] purposes = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
    try {
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      X509Certificate issued = signed(builder, keys.getPublic(), certificate.getPublicKey(), key);
      issued.verify(certificate.getPublicKey());
      return new Issued(issued, keys.getPrivate());
    } catch (IOException e) {
      throw new IllegalStateException("a certificate on P-256 cannot be made", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the authority's key does not fit its certificate", e);
    }
  }

  public String certificatePem() {
    return pem(certificate);
  }

  /** For a file that only its owner may read, and that no member needs. */
  public String keyPem() {
    return Pem.block("PRIVATE KEY", key.getEncoded());
  }

  public Instant end() {
    return certificate.getNotAfter().toInstant();
  }

  private static String pem(X509Certificate certificate) {
    try {
      return Pem.block("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that has no encoding", e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Principal issuer,
      X500Principal subject,
      PublicKey key,
      Instant now,
      Instant end,
      SecureRandom random) {
    BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(now.minus(SKEW)), Date.from(end), subject, key);
  }

  private static X509Certificate signed(
      X509v3CertificateBuilder builder, PublicKey subject, PublicKey issuer, PrivateKey key)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(subject));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer));
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("the key cannot sign", e);
    }
  }

  private static KeyPair keys(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("P-256 is part of every JDK", e);
    }
  }
}
