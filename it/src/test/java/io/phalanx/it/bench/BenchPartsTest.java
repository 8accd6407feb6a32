package io.phalanx.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.ConfigLoader;
import io.phalanx.config.LoadResult;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.replication.link.ClusterFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPartsTest {
  @TempDir private Path directory;

  @BeforeEach
  void makeClusterFiles() throws Exception {
    new ClusterFiles(directory, new SecureRandom())
        .create(Lot.CLUSTER, new TreeSet<>(Set.of(1, 2, 3)), Instant.now());
  }

  private Lot lot(Optional<Certificates> certificates) {
    return new Lot(
        "127.81.17",
        directory,
        3,
        "aes128gcm16-prfsha256-curve25519",
        "00".repeat(32),
        certificates);
  }

  private void assertLoads(String text) {
    assertThat(ConfigLoader.parse(text, directory, 1)).isInstanceOf(LoadResult.Loaded.class);
  }

  @Test
  void shouldWriteConfigurationsWithAPresharedKeyThatLoad() {
    Lot lot = lot(Optional.empty());
    assertLoads(lot.memberText(2));
    assertLoads(lot.clientText(3, 64, 1));
  }

  @Test
  void shouldWriteConfigurationsWithCertificatesThatLoad() throws Exception {
    Certificates made = Certificates.make(directory);
    Lot lot = lot(Optional.of(made));
    assertLoads(lot.memberText(1));
    assertLoads(lot.clientText(1, 2, 3));
    TrustAnchors anchors = TrustAnchors.ofPem(List.of(Files.readString(made.authority())));
    for (String name : List.of(Certificates.GATEWAY, Certificates.CLIENT)) {
      Credential own =
          Credential.ofPem(
              Files.readString(made.certificate(name)), Files.readString(made.key(name)));
      assertThat(own.issuedUnder(anchors, TrustAnchors.requestData(List.of(anchors)))).isTrue();
    }
  }

  @Test
  void shouldGiveEachFigureItsOwnMedian() {
    IkeRound first =
        IkeRound.of(1_000_000_000, 30_000_000, new long[] {3_000_000, 1_000_000, 2_000_000});
    assertThat(first).isEqualTo(new IkeRound(3, 10, 2, 3));
    assertThat(IkeRound.median(List.of(first, new IkeRound(9, 1, 5, 5), new IkeRound(1, 20, 7, 1))))
        .isEqualTo(new IkeRound(3, 10, 5, 3));
  }
}
