package io.phalanx.node.auth;

import io.phalanx.config.Pem;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** A certificate of ours with its chain and private key. */
public final class Credential {
  private final List<X509Certificate> chain;
  private final PrivateKey key;
  private final KeyKind kind;

  private Credential(List<X509Certificate> chain, PrivateKey key, KeyKind kind) {
    this.chain = List.copyOf(chain);
    this.key = key;
    this.kind = kind;
  }

  /**
   * Reads PEM text.
   *
   * @param chainPem certificates, our own first, then intermediates
   * @param keyPem private key in PKCS#8
   * @throws IllegalArgumentException if it cannot be used; the message tells why and no secret
   */
  public static Credential ofPem(String chainPem, String keyPem) {
    List<X509Certificate> chain = Pem.certificates(chainPem);
    X509Certificate own = chain.getFirst();
    KeyKind kind =
        KeyKind.of(own.getPublicKey())
            .orElseThrow(
                () ->
                    new IllegalArgumentException("the certificate's key is not " + KeyKind.KNOWN));
    PrivateKey key = Pem.privateKey(keyPem);
    if (!kind.fits(key)) {
      throw new IllegalArgumentException("the private key is not that of the certificate");
    }
    Credential credential = new Credential(chain, key, kind);
    credential.requireMatch();
    return credential;
  }

  /** A signature tells whether the two keys are one pair. */
  private void requireMatch() {
    byte[] probe = {1};
    boolean match;
    try {
      SignatureScheme scheme = SignatureScheme.probe(kind);
      var signer = scheme.signature();
      signer.initSign(key);
      signer.update(probe);
      var verifier = scheme.signature();
      verifier.initVerify(chain.getFirst().getPublicKey());
      verifier.update(probe);
      match = verifier.verify(signer.sign());
    } catch (GeneralSecurityException unfit) {
      match = false;
    }
    if (!match) {
      throw new IllegalArgumentException("the private key is not that of the certificate");
    }
  }

  /** Our own certificate. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** Certificates for CERT payloads with encoding 4, in DER, our own first (RFC 7296 §3.6). */
  public List<byte[]> chainDer() {
    return chain.stream().map(Credential::der).toList();
  }

  /**
   * Whether a peer that trusts these authorities can be expected to accept our certificate.
   *
   * @param known authorities that we know, to make sense of hashes
   * @param requestData body of the peer's CERTREQ payloads with encoding 4; empty if any will do
   */
  public boolean issuedUnder(TrustAnchors known, byte[] requestData) {
    return requestData.length == 0
        || known.anchors().stream()
            .filter(anchor -> TrustAnchors.contains(requestData, anchor))
            .map(X509Certificate::getSubjectX500Principal)
            .anyMatch(
                authority ->
                    chain.stream()
                        .anyMatch(each -> each.getIssuerX500Principal().equals(authority)));
  }

  List<X509Certificate> chain() {
    return chain;
  }

  PrivateKey key() {
    return key;
  }

  KeyKind kind() {
    return kind;
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException fault) {
      throw new IllegalStateException("a certificate that was read cannot be written", fault);
    }
  }

  @Override
  public String toString() {
    return "Credential[" + certificate().getSubjectX500Principal() + "]";
  }
}
