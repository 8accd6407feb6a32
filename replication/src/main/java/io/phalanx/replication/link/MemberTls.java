package io.phalanx.replication.link;

import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.MemberName;
import io.phalanx.config.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS between members: version 1.3 alone (RFC 8446), both ends show a certificate of the cluster's
 * authority that names the cluster and a member of it.
 *
 * <p>Each connection has a context of its own, so nothing is ever resumed: whoever connects is
 * judged by the certificates of today. The files are read again when they have changed.
 */
public final class MemberTls {
  private static final Logger log = LoggerFactory.getLogger(MemberTls.class);
  private static final String[] PROTOCOLS = {"TLSv1.3"};
  private static final String[] SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};

  private final StoreSecurity.Tls files;
  private final MemberName self;
  private Material material;

  /** What the files held when they had these times. */
  private record Material(
      List<FileTime> times, KeyManager[] keys, X509ExtendedTrustManager authorities) {}

  private MemberTls(StoreSecurity.Tls files, MemberName self, Material material) {
    this.files = files;
    this.self = self;
    this.material = material;
  }

  /**
   * @param self whom our own certificate has to name
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if one holds nothing usable; tells why, and no secret
   */
  public static MemberTls of(StoreSecurity.Tls files, MemberName self) throws IOException {
    return new MemberTls(files, self, read(files, self));
  }

  /** For a connection that this member opens, to one other member. */
  public SSLEngine connecting(int member) {
    SSLEngine engine = engine(Set.of(member));
    engine.setUseClientMode(true);
    return engine;
  }

  /**
   * For a connection that this member accepts.
   *
   * @param members that may be at the other end
   */
  public SSLEngine accepting(Set<Integer> members) {
    SSLEngine engine = engine(members);
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    return engine;
  }

  private SSLEngine engine(Set<Integer> members) {
    Material now = current();
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      MemberJudge judge = new MemberJudge(now.authorities(), self.cluster(), members);
      context.init(now.keys(), new TrustManager[] {judge}, null);
      SSLEngine engine = context.createSSLEngine();
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(PROTOCOLS);
      parameters.setCipherSuites(SUITES);
      engine.setSSLParameters(parameters);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS 1.3 is part of every JDK", e);
    }
  }

  /** With files that cannot be read (they may be half written) the last good ones go on. */
  private synchronized Material current() {
    try {
      if (!times(files).equals(material.times())) {
        material = read(files, self);
        log.info("certificates of the store's connections have been read anew");
      }
    } catch (IOException | IllegalArgumentException e) {
      log.warn("certificates of the store's connections cannot be read: {}", e.getMessage());
    }
    return material;
  }

  private static Material read(StoreSecurity.Tls files, MemberName self) throws IOException {
    List<FileTime> times = times(files);
    List<X509Certificate> chain = Pem.certificates(Files.readString(files.certificate()));
    if (!MemberName.of(chain.getFirst()).filter(self::equals).isPresent()) {
      throw new IllegalArgumentException(files.certificate() + " is not for " + self);
    }
    List<X509Certificate> authorities = new ArrayList<>();
    for (Path path : files.authorities()) {
      authorities.addAll(Pem.certificates(Files.readString(path)));
    }
    try {
      return new Material(times, keys(files, chain), judge(authorities));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the key does not fit " + files.certificate(), e);
    }
  }

  private static List<FileTime> times(StoreSecurity.Tls files) throws IOException {
    List<FileTime> times = new ArrayList<>();
    times.add(Files.getLastModifiedTime(files.certificate()));
    times.add(Files.getLastModifiedTime(files.key()));
    for (Path path : files.authorities()) {
      times.add(Files.getLastModifiedTime(path));
    }
    return times;
  }

  private static KeyManager[] keys(StoreSecurity.Tls files, List<X509Certificate> chain)
      throws IOException, GeneralSecurityException {
    // The password guards a store that never leaves this method.
    char[] password = new char[0];
    PrivateKey key = Pem.privateKey(Files.readString(files.key()));
    requireFit(key, chain.getFirst().getPublicKey());
    KeyStore store = empty();
    store.setKeyEntry("member", key, password, chain.toArray(new X509Certificate[0]));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  private static void requireFit(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (key.getAlgorithm()) {
              case "EC" -> "SHA256withECDSA";
              case "RSA" -> "SHA256withRSA";
              default -> key.getAlgorithm();
            });
    byte[] sample = new byte[32];
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(sample);
    if (!signature.verify(signed)) {
      throw new SignatureException("another key");
    }
  }

  private static X509ExtendedTrustManager judge(List<X509Certificate> authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager pkix) {
        return pkix;
      }
    }
    throw new IllegalStateException("PKIX is part of every JDK");
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
