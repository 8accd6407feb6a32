package io.phalanx.replication.link;

import io.phalanx.config.MemberName;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Judges the certificate of another member: issued by the authority, and for one of these. */
final class MemberJudge extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager authorities;
  private final String cluster;
  private final Set<Integer> members;

  MemberJudge(X509ExtendedTrustManager authorities, String cluster, Set<Integer> members) {
    this.authorities = authorities;
    this.cluster = cluster;
    this.members = Set.copyOf(members);
  }

  private void judgeName(X509Certificate[] chain) throws CertificateException {
    Optional<MemberName> name = MemberName.of(chain[0]);
    if (name.isEmpty()) {
      throw new CertificateException("its certificate names no member of a cluster");
    }
    MemberName shown = name.get();
    if (!shown.cluster().equals(cluster)) {
      throw new CertificateException(
          "its certificate is for " + shown + ", and this cluster is " + cluster);
    }
    if (!members.contains(shown.member())) {
      throw new CertificateException(
          "its certificate is for " + shown + ", and expected was one of " + members);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, engine);
    judgeName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, engine);
    judgeName(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, socket);
    judgeName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, socket);
    judgeName(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkClientTrusted(chain, type);
    judgeName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkServerTrusted(chain, type);
    judgeName(chain);
  }

  /** None: whom we trust is not for strangers to know. Each end has one certificate to show. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
