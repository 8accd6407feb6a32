package io.phalanx.node.auth;

import java.io.IOException;
import java.security.cert.X509Extension;
import java.util.Optional;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;

/** Extensions of certificates and CRLs whose signatures were found good. */
public final class Extensions {
  private Extensions() {}

  /** The value of an extension; empty if it is not there, or malformed. */
  public static <T> Optional<T> value(
      X509Extension of, ASN1ObjectIdentifier id, Function<Object, T> read) {
    try {
      byte[] wrapped = of.getExtensionValue(id.getId());
      return wrapped == null
          ? Optional.empty()
          : Optional.of(
              read.apply(
                  ASN1Primitive.fromByteArray(ASN1OctetString.getInstance(wrapped).getOctets())));
    } catch (IOException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
