package io.phalanx.replication.link;

import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.MemberName;
import io.phalanx.config.Pem;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** An authority of a cluster, and files of its members in a directory. */
public final class TestPki {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path directory;
  private final Path certificate;
  private final ClusterAuthority authority;
  private int made;

  private TestPki(Path directory, ClusterAuthority authority, String name) throws IOException {
    this.directory = directory;
    this.authority = authority;
    this.certificate = write(name, authority.certificatePem());
  }

  /** Several may share a directory. */
  public static TestPki in(Path directory, String cluster) throws IOException {
    ClusterAuthority authority = ClusterAuthority.create(cluster, Instant.now(), RANDOM);
    return new TestPki(directory, authority, "ca-" + System.nanoTime() + ".pem");
  }

  /** Files of a member with a certificate of this authority, made now. */
  public StoreSecurity.Tls issue(String cluster, int member) throws IOException {
    return issue(cluster, member, Instant.now());
  }

  StoreSecurity.Tls issue(String cluster, int member, Instant when) throws IOException {
    ClusterAuthority.Issued issued = authority.issue(new MemberName(cluster, member), when);
    String name = certificate.getFileName() + "-" + made++;
    return new StoreSecurity.Tls(
        List.of(certificate),
        write(name + ".pem", issued.certificatePem()),
        write(name + ".key", issued.keyPem()));
  }

  /** The files of a member that trusts somebody else's authority. */
  StoreSecurity.Tls trusting(TestPki other, StoreSecurity.Tls files) {
    return new StoreSecurity.Tls(List.of(other.certificate), files.certificate(), files.key());
  }

  /**
   * The end of a stranger, who takes whoever answers.
   *
   * @param files the certificate to show; empty for none
   */
  public static SSLEngine careless(Optional<StoreSecurity.Tls> files)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = new char[0];
    if (files.isPresent()) {
      store.setKeyEntry(
          "stranger",
          Pem.privateKey(Files.readString(files.get().key())),
          password,
          Pem.certificates(Files.readString(files.get().certificate()))
              .toArray(new X509Certificate[0]));
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, RANDOM);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    return engine;
  }

  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }
}
