package io.phalanx.node.auth;

import io.phalanx.config.iana.AuthMethod;
import io.phalanx.node.auth.SignatureScheme.Padding;
import io.phalanx.node.ike.wire.Payload.Authentication;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * AUTH payloads with signatures.
 *
 * <p>With a peer that announced SIGNATURE_HASH_ALGORITHMS: method 14 (RFC 7427). With one that did
 * not: method 1 for RSA, methods 9 to 11 for ECDSA (RFC 4754). RSA keys sign with PKCS#1 v1.5,
 * which most peers know, unless the key is one for RSASSA-PSS or the peer has just signed by that:
 * some take nothing else (RFC 8247 §3.2). Both are accepted. EdDSA goes by method 14 alone (RFC
 * 8420).
 */
public final class SignatureAuth {
  /** What we announce in SIGNATURE_HASH_ALGORITHMS: SHA2-256, SHA2-384, SHA2-512, Identity. */
  public static final List<Integer> SUPPORTED_HASHES =
      Stream.of(SignatureHash.values()).map(SignatureHash::id).toList();

  private static final int UNSIGNED_OCTET = 0xff;

  private SignatureAuth() {}

  /**
   * Signs.
   *
   * @param signedOctets ours, see {@link SignedOctets}
   * @param peerHashes out of the peer's SIGNATURE_HASH_ALGORITHMS; empty if it sent none
   * @param theirs the peer's AUTH payload, if we have it already
   * @param random for ECDSA and PSS
   * @return empty if there is no method that this key and the peer have in common
   */
  public static Optional<Authentication> sign(
      Credential credential,
      byte[] signedOctets,
      List<Integer> peerHashes,
      Optional<Authentication> theirs,
      SecureRandom random) {
    try {
      return peerHashes.isEmpty()
          ? signClassic(credential, signedOctets, random)
          : signDigital(credential, signedOctets, peerHashes, padding(credential, theirs), random);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot sign with the configured key", fault);
    }
  }

  private static Padding padding(Credential credential, Optional<Authentication> theirs) {
    boolean byPss =
        theirs
            .filter(each -> each.method().equals(AuthMethod.DIGITAL_SIGNATURE))
            .flatMap(each -> scheme(each.data()))
            .filter(scheme -> scheme.padding() == Padding.RSA_PSS)
            .isPresent();
    return byPss && credential.kind().rsa()
        ? Padding.RSA_PSS
        : SignatureScheme.padding(credential.kind());
  }

  private static Optional<Authentication> signDigital(
      Credential credential,
      byte[] octets,
      List<Integer> peerHashes,
      Padding padding,
      SecureRandom random)
      throws GeneralSecurityException {
    Optional<SignatureScheme> scheme =
        preferredHashes(credential.kind())
            .filter(hash -> peerHashes.contains(hash.id()))
            .findFirst()
            .map(hash -> SignatureScheme.of(padding, hash));
    if (scheme.isEmpty()) {
      return Optional.empty();
    }
    byte[] identifier = scheme.get().identifiers().getFirst();
    byte[] signature = sign(scheme.get().signature(), credential, octets, random);
    byte[] data =
        ByteBuffer.allocate(1 + identifier.length + signature.length)
            .put((byte) identifier.length)
            .put(identifier)
            .put(signature)
            .array();
    return Optional.of(new Authentication(AuthMethod.DIGITAL_SIGNATURE, data));
  }

  /** First the hash that is as strong as the key, then the others; EdDSA takes none. */
  private static Stream<SignatureHash> preferredHashes(KeyKind kind) {
    if (kind.edwards()) {
      return Stream.of(SignatureHash.IDENTITY);
    }
    SignatureHash best =
        switch (kind) {
          case RSA, RSA_PSS, P256 -> SignatureHash.SHA2_256;
          case P384 -> SignatureHash.SHA2_384;
          case P521, ED25519, ED448 -> SignatureHash.SHA2_512;
        };
    return Stream.concat(Stream.of(best), SignatureHash.digests().stream());
  }

  private static Optional<Authentication> signClassic(
      Credential credential, byte[] octets, SecureRandom random) throws GeneralSecurityException {
    Optional<ClassicMethod> method = ClassicMethod.of(credential.kind());
    if (method.isEmpty()) {
      return Optional.empty();
    }
    Signature signature = Signature.getInstance(method.get().signingName());
    byte[] data = sign(signature, credential, octets, random);
    return Optional.of(new Authentication(method.get().code(), data));
  }

  private static byte[] sign(
      Signature signature, Credential credential, byte[] octets, SecureRandom random)
      throws GeneralSecurityException {
    signature.initSign(credential.key(), random);
    signature.update(octets);
    return signature.sign();
  }

  /**
   * Whether an AUTH payload is a signature of the peer.
   *
   * @param key out of the peer's certificate, which {@link PeerCertificates} found trustworthy
   * @param signedOctets the peer's, see {@link SignedOctets}
   */
  public static boolean verify(PublicKey key, byte[] signedOctets, Authentication authentication) {
    Optional<KeyKind> kind = KeyKind.of(key);
    if (kind.isEmpty()) {
      return false;
    }
    byte[] data = authentication.data();
    if (authentication.method().equals(AuthMethod.DIGITAL_SIGNATURE)) {
      return verifyDigital(key, kind.get(), signedOctets, data);
    }
    return ClassicMethod.of(kind.get())
        .filter(method -> method.code().equals(authentication.method()) && method.fits(data))
        .map(method -> method.verifyingNames().stream())
        .orElse(Stream.empty())
        .anyMatch(name -> verifies(() -> Signature.getInstance(name), key, signedOctets, data));
  }

  /** The scheme that method 14 names before its signature; empty for one that we do not take. */
  private static Optional<SignatureScheme> scheme(byte[] data) {
    return identifierEnd(data) < data.length
        ? SignatureScheme.of(Arrays.copyOfRange(data, 1, identifierEnd(data)))
        : Optional.empty();
  }

  private static int identifierEnd(byte[] data) {
    return data.length == 0 ? 1 : 1 + (data[0] & UNSIGNED_OCTET);
  }

  private static boolean verifyDigital(
      PublicKey key, KeyKind kind, byte[] signedOctets, byte[] data) {
    return scheme(data)
        .filter(scheme -> scheme.fits(kind))
        .filter(
            scheme -> {
              byte[] signature = Arrays.copyOfRange(data, identifierEnd(data), data.length);
              return verifies(scheme::signature, key, signedOctets, signature);
            })
        .isPresent();
  }

  @FunctionalInterface
  private interface SignatureSource {
    Signature get() throws GeneralSecurityException;
  }

  private static boolean verifies(
      SignatureSource source, PublicKey key, byte[] signedOctets, byte[] value) {
    try {
      Signature signature = source.get();
      signature.initVerify(key);
      signature.update(signedOctets);
      return signature.verify(value);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }
}
