package io.phalanx.node.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority, made when a test needs it. */
public final class TestCa {
  public static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private static final AtomicLong SERIAL = new AtomicLong(1);
  private static final Map<String, KeyPair> KEYS = new ConcurrentHashMap<>();

  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestCa(X500Name name, KeyPair keys, X509Certificate certificate) {
    this.name = name;
    this.keys = keys;
    this.certificate = certificate;
  }

  public static TestCa root(String name) {
    X500Name subject = new X500Name(name);
    KeyPair keys = keys("EC/secp256r1/" + name);
    return new TestCa(subject, keys, new Template(name, keys).ca(5).signedBy(subject, keys));
  }

  /** One that holds only for names below a domain. */
  static TestCa root(String name, String domain) {
    X500Name subject = new X500Name(name);
    KeyPair keys = keys("EC/secp256r1/" + name);
    Template template = new Template(name, keys).ca(5).onlyBelow(domain);
    return new TestCa(subject, keys, template.signedBy(subject, keys));
  }

  static TestCa root(String name, int pathLength) {
    X500Name subject = new X500Name(name);
    KeyPair keys = keys("EC/secp256r1/" + name);
    return new TestCa(
        subject, keys, new Template(name, keys).ca(pathLength).signedBy(subject, keys));
  }

  public static TestCa root(String name, KeyPair keys, String algorithm) {
    X500Name subject = new X500Name(name);
    Template template = new Template(name, keys).ca(5).signedWith(algorithm);
    return new TestCa(subject, keys, template.signedBy(subject, keys));
  }

  public TestCa intermediate(String intermediateName, int pathLength) {
    return intermediate(
        new Template(intermediateName, intermediateKeys(intermediateName)), pathLength);
  }

  TestCa intermediate(String intermediateName, int pathLength, String domain) {
    KeyPair own = intermediateKeys(intermediateName);
    return intermediate(new Template(intermediateName, own).onlyBelow(domain), pathLength);
  }

  private TestCa intermediate(Template template, int pathLength) {
    return new TestCa(template.subject, template.keys, template.ca(pathLength).signedBy(this));
  }

  private static KeyPair intermediateKeys(String name) {
    return keys("EC/secp256r1/" + name);
  }

  /** What it signs with, for tests that sign something else than a certificate. */
  public KeyPair keys() {
    return keys;
  }

  public X509Certificate certificate() {
    return certificate;
  }

  TrustAnchors trusted() {
    return TrustAnchors.ofPem(List.of(pem(certificate)));
  }

  /**
   * {@code RSA/bits/label}, {@code EC/curve/label} or {@code Ed25519/0/label}; the same keys each
   * time, for speed.
   */
  public static KeyPair keys(String spec) {
    return KEYS.computeIfAbsent(spec, TestCa::generate);
  }

  private static KeyPair generate(String spec) {
    String[] parts = spec.split("/", 3);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(parts[0]);
      if (parts[0].equals("EC")) {
        generator.initialize(new ECGenParameterSpec(parts[1]));
      } else if (!parts[0].startsWith("Ed")) {
        generator.initialize(Integer.parseInt(parts[1]));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }

  public static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }

  public static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  public static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException(fault);
    }
  }

  /** A certificate to be. */
  public static final class Template {
    private record Item(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {}

    private final X500Name subject;
    private final KeyPair keys;
    private final List<Item> items = new ArrayList<>();
    private Instant from = NOW.minus(Duration.ofDays(30));
    private Instant to = NOW.plus(Duration.ofDays(30));
    private String algorithm = "SHA256withECDSA";

    public Template(String subject, KeyPair keys) {
      this.subject = new X500Name(subject);
      this.keys = keys;
    }

    public Template names(GeneralName... names) {
      items.add(new Item(Extension.subjectAlternativeName, false, new GeneralNames(names)));
      return this;
    }

    public Template dns(String name) {
      return names(new GeneralName(GeneralName.dNSName, name));
    }

    Template keyId(byte[] octets) {
      items.add(new Item(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(octets)));
      return this;
    }

    public Template extension(ASN1ObjectIdentifier id, ASN1Encodable value) {
      items.add(new Item(id, false, value));
      return this;
    }

    Template extension(String id, boolean critical) {
      items.add(new Item(new ASN1ObjectIdentifier(id), critical, DERNull.INSTANCE));
      return this;
    }

    Template onlyBelow(String domain) {
      GeneralSubtree permitted = new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain));
      ASN1Encodable constraints =
          new DERSequence(new DERTaggedObject(false, 0, new DERSequence(permitted)));
      items.add(new Item(Extension.nameConstraints, true, constraints));
      return this;
    }

    Template usage(int bits) {
      items.add(new Item(Extension.keyUsage, true, new KeyUsage(bits)));
      return this;
    }

    public Template purposes(KeyPurposeId... purposes) {
      items.add(new Item(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purposes)));
      return this;
    }

    Template ca(int pathLength) {
      items.add(new Item(Extension.basicConstraints, true, new BasicConstraints(pathLength)));
      return usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    public Template valid(Instant notBefore, Instant notAfter) {
      from = notBefore;
      to = notAfter;
      return this;
    }

    public Template signedWith(String name) {
      algorithm = name;
      return this;
    }

    public X509Certificate signedBy(TestCa ca) {
      return signedBy(ca.name, ca.keys);
    }

    X509Certificate signedBy(X500Name issuer, KeyPair issuerKeys) {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(from),
              Date.from(to),
              subject,
              keys.getPublic());
      try {
        for (Item item : items) {
          builder.addExtension(item.id(), item.critical(), item.value());
        }
        return new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    algorithm.endsWith("MGF1")
                        ? new JcaContentSignerBuilder(algorithm)
                            .setProvider(new BouncyCastleProvider())
                            .build(issuerKeys.getPrivate())
                        : new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate())));
      } catch (CertIOException | OperatorCreationException | GeneralSecurityException fault) {
        throw new IllegalStateException(fault);
      }
    }
  }
}
