package io.phalanx.node.auth;

import io.phalanx.config.Pem;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Certification authorities that are trusted for peers of a connection. */
public final class TrustAnchors {
  private final List<X509Certificate> anchors;

  private TrustAnchors(List<X509Certificate> anchors) {
    this.anchors = List.copyOf(anchors);
  }

  /**
   * Reads PEM texts.
   *
   * @throws IllegalArgumentException if one has no certificate, a malformed one, or one with a key
   *     that is too weak
   */
  public static TrustAnchors ofPem(List<String> pems) {
    List<X509Certificate> anchors =
        pems.stream().flatMap(pem -> Pem.certificates(pem).stream()).toList();
    for (X509Certificate anchor : anchors) {
      if (KeyKind.of(anchor.getPublicKey()).isEmpty()) {
        throw new IllegalArgumentException(
            "the key of authority %s is not %s"
                .formatted(anchor.getSubjectX500Principal(), KeyKind.KNOWN));
      }
    }
    return new TrustAnchors(anchors);
  }

  /**
   * The body of a CERTREQ payload: SHA-1 of each authority's public key (RFC 7296 §3.7), once, as
   * it goes into IKE_SA_INIT, which must stay short.
   */
  public static byte[] requestData(List<TrustAnchors> all) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    all.stream()
        .flatMap(each -> each.anchors.stream())
        .filter(distinct(new HashSet<>()))
        .forEach(anchor -> body.writeBytes(keyHash(anchor)));
    return body.toByteArray();
  }

  private static Predicate<X509Certificate> distinct(Set<PublicKey> seen) {
    return anchor -> seen.add(anchor.getPublicKey());
  }

  List<X509Certificate> anchors() {
    return anchors;
  }

  /** Whether a CERTREQ body names this authority; an incomplete hash at its end never matches. */
  static boolean contains(byte[] requestData, X509Certificate anchor) {
    byte[] hash = keyHash(anchor);
    for (int from = 0; from + hash.length <= requestData.length; from += hash.length) {
      if (Arrays.equals(requestData, from, from + hash.length, hash, 0, hash.length)) {
        return true;
      }
    }
    return false;
  }

  /** SHA-1 of the SubjectPublicKeyInfo: 20 octets. */
  private static byte[] keyHash(X509Certificate certificate) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(certificate.getPublicKey().getEncoded());
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-1", fault);
    }
  }
}
