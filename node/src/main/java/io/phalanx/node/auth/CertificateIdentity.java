package io.phalanx.node.auth;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.IdType;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;

/**
 * Whether a certificate names an IKE identity (RFC 4945 §3.1): a subject alternative name for names
 * and addresses and whatever else a general name can be, the subject or a directory name there for
 * a distinguished name, the subject key identifier for a key id. The common name never counts, nor
 * do wildcards.
 */
final class CertificateIdentity {
  private static final int EMAIL = 1; // rfc822Name, RFC 5280 §4.2.1.6
  private static final int DNS = 2; // dNSName, RFC 5280 §4.2.1.6
  private static final int IP = 7; // iPAddress, RFC 5280 §4.2.1.6

  /** A shorter key identifier could be had by chance, or by trying. */
  private static final int KEY_ID_OCTETS_MIN = 8;

  private CertificateIdentity() {}

  static boolean names(X509Certificate certificate, Identity identity) {
    byte[] data = identity.data();
    IdType type = identity.type();
    if (type.equals(IdType.FQDN)) {
      return ascii(data)
          .filter(name -> hasName(certificate, DNS, name::equalsIgnoreCase))
          .isPresent();
    }
    if (type.equals(IdType.RFC822_ADDR)) {
      return ascii(data)
          .filter(name -> hasName(certificate, EMAIL, other -> sameMailbox(name, other)))
          .isPresent();
    }
    if (type.equals(IdType.IPV4_ADDR) || type.equals(IdType.IPV6_ADDR)) {
      return hasName(certificate, IP, text -> sameAddress(data, text));
    }
    if (type.equals(IdType.DER_ASN1_DN)) {
      return sameName(certificate.getSubjectX500Principal(), data)
          || hasDirectoryName(certificate, data);
    }
    if (type.equals(IdType.DER_ASN1_GN)) {
      return hasGeneralName(certificate, data);
    }
    return type.equals(IdType.KEY_ID) && hasKeyId(certificate, data);
  }

  /**
   * Whether the octets are one of its names, as they are. What the peer claims is not parsed: there
   * is one encoding of a name that is right.
   */
  private static boolean hasGeneralName(X509Certificate certificate, byte[] der) {
    return Extensions.value(
            certificate, Extension.subjectAlternativeName, GeneralNames::getInstance)
        .stream()
        .flatMap(names -> Stream.of(names.getNames()))
        .anyMatch(name -> Arrays.equals(encoded(name), der));
  }

  private static boolean hasDirectoryName(X509Certificate certificate, byte[] data) {
    return Extensions.value(
            certificate, Extension.subjectAlternativeName, GeneralNames::getInstance)
        .stream()
        .flatMap(names -> Stream.of(names.getNames()))
        .filter(name -> name.getTagNo() == GeneralName.directoryName)
        .anyMatch(name -> sameName(principal(name), data));
  }

  private static boolean hasKeyId(X509Certificate certificate, byte[] data) {
    return data.length >= KEY_ID_OCTETS_MIN
        && Extensions.value(
                certificate, Extension.subjectKeyIdentifier, SubjectKeyIdentifier::getInstance)
            .filter(id -> Arrays.equals(id.getKeyIdentifier(), data))
            .isPresent();
  }

  private static X500Principal principal(GeneralName directoryName) {
    try {
      return new X500Principal(X500Name.getInstance(directoryName.getName()).getEncoded());
    } catch (IOException | IllegalArgumentException malformed) {
      return new X500Principal("");
    }
  }

  private static byte[] encoded(GeneralName name) {
    try {
      return name.getEncoded(ASN1Encoding.DER);
    } catch (IOException malformed) {
      return new byte[0];
    }
  }

  private static boolean hasName(X509Certificate certificate, int kind, Predicate<String> wanted) {
    try {
      Collection<List<?>> names =
          Optional.ofNullable(certificate.getSubjectAlternativeNames()).orElse(List.of());
      return names.stream()
          .filter(name -> name.getFirst().equals(kind))
          .anyMatch(name -> name.get(1) instanceof String text && wanted.test(text));
    } catch (CertificateParsingException malformed) {
      return false;
    }
  }

  /** Names are ASCII (RFC 7296 §3.5); anything else, and nothing, matches no certificate. */
  private static Optional<String> ascii(byte[] data) {
    for (byte octet : data) {
      if (octet <= ' ' || octet > '~') {
        return Optional.empty();
      }
    }
    return data.length == 0
        ? Optional.empty()
        : Optional.of(new String(data, StandardCharsets.US_ASCII));
  }

  /** The domain in any case, the mailbox exactly (RFC 5321 §2.4). */
  private static boolean sameMailbox(String left, String right) {
    int at = left.lastIndexOf('@');
    return at > 0
        && at == right.lastIndexOf('@')
        && left.regionMatches(0, right, 0, at)
        && left.equalsIgnoreCase(right);
  }

  private static boolean sameAddress(byte[] octets, String text) {
    try {
      return Arrays.equals(octets, InetAddress.ofLiteral(text).getAddress());
    } catch (IllegalArgumentException noAddress) {
      return false;
    }
  }

  /** By the rules of RFC 5280 §7.1; the encoding has to be exactly one name. */
  private static boolean sameName(X500Principal subject, byte[] der) {
    if (Arrays.equals(subject.getEncoded(), der)) {
      return der.length > 2;
    }
    try {
      X500Principal claimed = new X500Principal(der);
      return claimed.getEncoded().length == der.length
          && claimed.equals(subject)
          && !claimed.getName().isEmpty();
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }
}
