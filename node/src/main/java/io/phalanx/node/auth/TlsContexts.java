package io.phalanx.node.auth;

import io.phalanx.config.Identity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS by the certificates that IKE uses, too: our credential, and peers as {@link PeerCertificates}
 * judges them. A context is for one conversation: it trusts one name at one moment, and nothing is
 * resumed.
 */
public final class TlsContexts {
  private static final String ALIAS = "own";

  private TlsContexts() {}

  /**
   * @param own what we show
   * @param expected whom the other end's certificate must name
   */
  public static SSLContext of(
      Credential own, TrustAnchors authorities, Identity expected, Instant now) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new OwnKey(own)},
          new TrustManager[] {new Judge(authorities, expected, now)},
          null);
      return context;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("every Java platform has TLS", fault);
    }
  }

  private static final class OwnKey extends X509ExtendedKeyManager {
    private final Credential own;

    OwnKey(Credential own) {
      this.own = own;
    }

    private boolean of(@Nullable String keyType) {
      String algorithm = own.key().getAlgorithm();
      return keyType != null
          && (keyType.equals(algorithm)
              || (keyType.startsWith("EC") && algorithm.equals("EC"))
              || (keyType.startsWith("RSA") && algorithm.startsWith("RSA"))
              || (keyType.startsWith("Ed") && algorithm.startsWith("Ed")));
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] types, Principal[] issuers, SSLEngine engine) {
      for (String type : types) {
        if (of(type)) {
          return ALIAS;
        }
      }
      return null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String type, Principal[] issuers, SSLEngine engine) {
      return of(type) ? ALIAS : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return own.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return own.key();
    }
  }

  private static final class Judge extends X509ExtendedTrustManager {
    private final TrustAnchors authorities;
    private final Identity expected;
    private final Instant now;

    Judge(TrustAnchors authorities, Identity expected, Instant now) {
      this.authorities = authorities;
      this.expected = expected;
      this.now = now;
    }

    private void judge(X509Certificate[] chain) throws CertificateException {
      List<byte[]> ders = new ArrayList<>();
      for (X509Certificate each : chain) {
        ders.add(der(each));
      }
      if (PeerCertificates.validate(ders, authorities, now, expected)
          instanceof PeerCertificates.Refused(var reason)) {
        throw new CertificateException("" + reason);
      }
    }

    private static byte[] der(X509Certificate certificate) throws CertificateEncodingException {
      return certificate.getEncoded();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return authorities.anchors().toArray(new X509Certificate[0]);
    }
  }
}
