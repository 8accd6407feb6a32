package io.phalanx.node.eap;

import io.phalanx.config.Secret;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSession;

/**
 * The MSK of TLS 1.2 without the extended master secret (RFC 5216 §2.3). Java exports no keys of
 * such a session, as RFC 7627 §5.4 asks; but a whole generation of clients, strongSwan's among
 * them, has nothing else. It is good enough where our certificate proves us in IKE_AUTH, too:
 * nobody can be in between then.
 *
 * <p>The master secret comes out of the platform's session by reflection. Where the platform does
 * not allow that ({@code --add-opens java.base/sun.security.ssl}) there is no key, and no login.
 */
final class Tls12Keys {
  private static final byte[] LABEL = "client EAP encryption".getBytes(StandardCharsets.US_ASCII);

  private Tls12Keys() {}

  /**
   * @param randoms client's and server's, 32 octets each
   */
  static Optional<byte[]> export(SSLSession session, byte[] randoms, int octets) {
    return master(session)
        .map(
            master -> {
              byte[] keys = prf(hash(session.getCipherSuite()), master, LABEL, randoms, octets);
              master.wipe();
              return keys;
            });
  }

  private static Optional<Secret> master(SSLSession session) {
    try {
      Method get = session.getClass().getDeclaredMethod("getMasterSecret");
      get.setAccessible(true);
      return get.invoke(session) instanceof SecretKey key
          ? Optional.ofNullable(key.getEncoded()).map(Secret::of)
          : Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException notThisPlatform) {
      return Optional.empty();
    }
  }

  private static String hash(String suite) {
    return suite.endsWith("SHA384") ? "HmacSHA384" : "HmacSHA256";
  }

  /** P_hash (RFC 5246 §5). */
  static byte[] prf(String hash, Secret secret, byte[] label, byte[] seed, int octets) {
    byte[] labelled = Arrays.copyOf(label, label.length + seed.length);
    System.arraycopy(seed, 0, labelled, label.length, seed.length);
    try {
      Mac mac = Mac.getInstance(hash);
      mac.init(new SecretKeySpec(secret.reveal(), hash));
      byte[] out = new byte[octets];
      byte[] round = labelled;
      for (int at = 0; at < octets; at += mac.getMacLength()) {
        round = mac.doFinal(round);
        mac.update(round);
        byte[] block = mac.doFinal(labelled);
        System.arraycopy(block, 0, out, at, Math.min(block.length, octets - at));
      }
      return out;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("every Java platform has " + hash, fault);
    }
  }
}
