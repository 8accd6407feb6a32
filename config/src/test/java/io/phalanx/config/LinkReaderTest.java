package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.LoadResult.Loaded;
import io.phalanx.config.LoadResult.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkReaderTest {
  private static final String TLS =
      "tls: {authorities: [cluster-ca.pem], certificate: member-1.pem, key: member-1.key}";
  private static final String SECOND =
      "\n    - {id: 2, interlink: 127.0.0.2:4601, store: 127.0.0.2:5701}";

  @TempDir private Path directory;

  @BeforeEach
  void copyFiles() throws IOException {
    for (String file :
        List.of("cluster-ca.pem", "member-1.pem", "member-1-ended.pem", "member-1.key")) {
      Example.copy(file, directory);
    }
  }

  @Test
  void shouldReadTheFilesOfAMember() {
    assertThat(loaded(twoMembers(TLS)).config().cluster().protection().store())
        .isEqualTo(
            new StoreSecurity.Tls(
                List.of(directory.resolve("cluster-ca.pem")),
                directory.resolve("member-1.pem"),
                directory.resolve("member-1.key")));
  }

  @Test
  void shouldLetNobodyInWhereThereIsNobodyElse() {
    Loaded loaded = loaded(Example.MINIMAL);
    assertThat(loaded.config().cluster().protection().store())
        .isEqualTo(new StoreSecurity.Closed());
    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void shouldWarnOfPlainConnections() {
    Loaded loaded = loaded(twoMembers("store-security: plain"));
    assertThat(loaded.config().cluster().protection().store()).isEqualTo(new StoreSecurity.Plain());
    assertThat(loaded.warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.path()).isEqualTo("cluster.store-security"));
  }

  @Test
  void shouldRefuseTheCertificateOfAnother() {
    assertThat(problems(twoMembers(TLS).replace("name: demo", "name: berlin")))
        .containsExactly(
            "6: cluster.tls.certificate: the certificate is for member 1 of demo, and this is"
                + " member 1 of berlin");
    assertThat(problems(twoMembers(TLS).replace("member: {id: 1", "member: {id: 2")))
        .containsExactly(
            "6: cluster.tls.certificate: the certificate is for member 1 of demo, and this is"
                + " member 2 of demo");
  }

  @Test
  void shouldRefuseWhatHasEndedAndWhatNamesNobody() {
    assertThat(problems(twoMembers(TLS.replace("member-1.pem", "member-1-ended.pem"))))
        .containsExactly(
            "6: cluster.tls.certificate: the certificate has ended at 2021-01-01T00:00:00Z");
    assertThat(problems(twoMembers(TLS.replace("member-1.pem", "cluster-ca.pem"))))
        .containsExactly(
            "6: cluster.tls.certificate: the certificate names no member of a cluster");
    assertThat(problems(twoMembers(TLS.replace("key: member-1.key", "key: member-1.pem"))))
        .singleElement()
        .asString()
        .contains("holds no PRIVATE KEY");
  }

  @Test
  void shouldReadAKeyring() throws IOException {
    Files.writeString(directory.resolve("keys"), "seal 4 " + "ab".repeat(32));
    String text = Example.MINIMAL.replaceFirst("keys: .*", "keyring: keys");
    GatewayConfig.Cluster cluster = loaded(text).config().cluster();
    assertThat(cluster.keys()).hasSize(1).first().extracting("id").isEqualTo(4);
    assertThat(cluster.protection().keyring()).contains(directory.resolve("keys"));
    Files.writeString(directory.resolve("keys"), "open 4 " + "ab".repeat(32));
    assertThat(problems(text))
        .containsExactly("7: cluster.keyring: 0 keys of the keyring are to seal");
  }

  private static String twoMembers(String more) {
    return Example.MINIMAL
        .replace("  name: demo\n", "  " + more + "\n  name: demo\n")
        .replace("store: 127.0.0.1:5701}", "store: 127.0.0.1:5701}" + SECOND);
  }

  private Loaded loaded(String text) {
    if (ConfigLoader.parse(text, directory, 4) instanceof Loaded loaded) {
      return loaded;
    }
    throw new AssertionError(problems(text));
  }

  private List<String> problems(String text) {
    if (ConfigLoader.parse(text, directory, 4) instanceof Refused(var errors)) {
      return errors.stream()
          .map(error -> error.line() + ": " + error.path() + ": " + error.problem())
          .toList();
    }
    throw new AssertionError("not refused");
  }
}
