package io.phalanx.config;

import io.phalanx.config.GatewayConfig.StoreSecurity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads how members of a cluster know each other where they share their store. */
final class LinkReader {
  private static final int AUTHORITIES_MAX = 8;
  private static final Duration SOON = Duration.ofDays(30);
  private static final String INIT = "phalanx cluster init makes one";

  private final SideFiles files;

  LinkReader(SideFiles files) {
    this.files = files;
  }

  private enum Kind {
    TLS,
    PLAIN
  }

  /**
   * @param cluster the section with {@code store-security} and {@code tls}
   * @param self whom the certificate has to be for; empty if that is not known
   * @param members of the cluster
   */
  StoreSecurity read(Section cluster, Optional<MemberName> self, int members) {
    Optional<Item> written = cluster.optional("store-security");
    Kind kind =
        written
            .map(item -> item.choice(Map.of("tls", Kind.TLS, "plain", Kind.PLAIN), Kind.TLS))
            .orElse(Kind.TLS);
    if (kind == Kind.PLAIN) {
      cluster.refuse("remove it, or write store-security: tls", "tls");
      written.ifPresent(
          item ->
              item.warning(
                  "whoever reaches the network between members can read and change what they say",
                  "write store-security: tls; " + INIT + " for each member"));
      return new StoreSecurity.Plain();
    }
    if (members <= 1 && written.isEmpty() && cluster.optional("tls").isEmpty()) {
      return new StoreSecurity.Closed();
    }
    return tls(
        cluster.required(
            "tls",
            "tls: {authorities: [cluster-ca.pem], certificate: member-1.pem, key: member-1.key};"
                + " phalanx cluster init makes them"),
        self);
  }

  private StoreSecurity tls(Item item, Optional<MemberName> self) {
    Section section = item.section("authorities", "certificate", "key");
    List<Path> authorities =
        section
            .required("authorities", "authorities: [cluster-ca.pem]")
            .list(1, AUTHORITIES_MAX)
            .stream()
            .map(authority -> files.pem(authority, "CERTIFICATE", INIT))
            .toList();
    Item certificate = section.required("certificate", "certificate: member-1.pem");
    Path path = files.pem(certificate, "CERTIFICATE", INIT);
    files
        .content(certificate)
        .filter(text -> text.contains("-----BEGIN CERTIFICATE-----"))
        .ifPresent(text -> check(certificate, text, self));
    Path key =
        files.pem(
            section.required("key", "key: member-1.key"),
            "PRIVATE KEY",
            "write it as unencrypted PKCS#8; phalanx cluster init does");
    return new StoreSecurity.Tls(authorities, path, key);
  }

  private static void check(Item item, String pem, Optional<MemberName> self) {
    X509Certificate certificate;
    try {
      certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      item.error("the certificate cannot be read", INIT);
      return;
    }
    Instant end = certificate.getNotAfter().toInstant();
    Instant now = Instant.now();
    if (end.isBefore(now)) {
      item.error("the certificate has ended at " + end, "renew it: phalanx cluster renew");
    } else if (end.isBefore(now.plus(SOON))) {
      item.warning("the certificate ends at " + end, "renew it: phalanx cluster renew");
    }
    Optional<MemberName> name = MemberName.of(certificate);
    if (name.isEmpty()) {
      item.error(
          "the certificate names no member of a cluster",
          "it needs one URI such as phalanx://berlin/members/1; " + INIT);
    } else if (self.isPresent() && !name.equals(self)) {
      item.error(
          "the certificate is for " + name.get() + ", and this is " + self.get(),
          "name the one that was made for this member");
    }
  }
}
