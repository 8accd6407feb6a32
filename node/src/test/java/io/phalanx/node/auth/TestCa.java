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
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
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

  TestCa intermediate(String intermediateName, int pathLength) {
    KeyPair own = keys("EC/secp256r1/" + intermediateName);
    X509Certificate signed = new Template(intermediateName, own).ca(pathLength).signedBy(this);
    return new TestCa(new X500Name(intermediateName), own, signed);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  TrustAnchors trusted() {
    return TrustAnchors.ofPem(List.of(pem(certificate)));
  }

  /** {@code RSA/bits/label} or {@code EC/curve/label}; the same keys each time, for speed. */
  public static KeyPair keys(String spec) {
    return KEYS.computeIfAbsent(spec, TestCa::generate);
  }

  private static KeyPair generate(String spec) {
    String[] parts = spec.split("/", 3);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(parts[0]);
      if (parts[0].equals("EC")) {
        generator.initialize(new ECGenParameterSpec(parts[1]));
      } else {
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

    Template usage(int bits) {
      items.add(new Item(Extension.keyUsage, true, new KeyUsage(bits)));
      return this;
    }

    Template purposes(KeyPurposeId... purposes) {
      items.add(new Item(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purposes)));
      return this;
    }

    Template ca(int pathLength) {
      items.add(new Item(Extension.basicConstraints, true, new BasicConstraints(pathLength)));
      return usage(KeyUsage.keyCertSign);
    }

    public Template valid(Instant notBefore, Instant notAfter) {
      from = notBefore;
      to = notAfter;
      return this;
    }

    Template signedWith(String name) {
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
                    new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate())));
      } catch (CertIOException | OperatorCreationException | GeneralSecurityException fault) {
        throw new IllegalStateException(fault);
      }
    }
  }
}
