package io.phalanx.replication.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.MemberName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberTlsTest {
  private static final Set<Integer> OTHERS_OF_2 = Set.of(1, 3);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private TestPki pki;

  @BeforeEach
  void makeAuthority() throws IOException {
    pki = TestPki.in(directory, "demo");
  }

  @Test
  void shouldLetMembersTalkInTls13Alone() throws IOException {
    SSLEngine client = member(1).connecting(2);
    SSLEngine server = member(2).accepting(OTHERS_OF_2);
    shake(client, server);
    for (SSLEngine engine : new SSLEngine[] {client, server}) {
      assertThat(engine.getSession().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
      assertThat(engine.getSession().getPeerCertificates()).hasSize(1);
    }
  }

  @Test
  void shouldRefuseAMemberThatIsNotTheOneDialled() throws IOException {
    refused(member(1).connecting(3), member(2).accepting(OTHERS_OF_2), "member 2 of demo");
  }

  @Test
  void shouldRefuseAMemberThatIsNotConfigured() throws IOException {
    refused(member(9).connecting(2), member(2).accepting(OTHERS_OF_2), "member 9 of demo");
    refused(member(2).connecting(2), member(2).accepting(OTHERS_OF_2), "member 2 of demo");
  }

  @Test
  void shouldRefuseAnotherCluster() throws IOException {
    MemberTls berlin = tls(pki.issue("berlin", 1), "berlin", 1);
    refused(berlin.connecting(2), member(2).accepting(OTHERS_OF_2), "this cluster is");
    refused(
        member(1).connecting(2),
        tls(pki.issue("berlin", 2), "berlin", 2).accepting(Set.of(1)),
        "this cluster is");
  }

  @Test
  void shouldRefuseAnotherAuthorityInEitherDirection() throws IOException {
    TestPki foreign = TestPki.in(directory, "demo");
    // Whom it trusts itself does not help.
    MemberTls stranger = tls(foreign.trusting(pki, foreign.issue("demo", 1)), "demo", 1);
    refused(stranger.connecting(2), member(2).accepting(OTHERS_OF_2), "path");
    MemberTls impostor = tls(foreign.trusting(pki, foreign.issue("demo", 2)), "demo", 2);
    refused(member(1).connecting(2), impostor.accepting(Set.of(1)), "path");
  }

  @Test
  void shouldRefuseACertificateThatHasEnded() throws IOException {
    Instant old = Instant.now().minus(ClusterAuthority.MEMBER_LIFETIME).minus(Duration.ofDays(1));
    MemberTls ended = tls(pki.issue("demo", 1, old), "demo", 1);
    refused(ended.connecting(2), member(2).accepting(OTHERS_OF_2), "NotAfter");
  }

  @Test
  void shouldTakeRenewedFilesWithoutARestart() throws IOException {
    Instant old = Instant.now().minus(ClusterAuthority.MEMBER_LIFETIME).minus(Duration.ofDays(1));
    StoreSecurity.Tls files = pki.issue("demo", 1, old);
    MemberTls first = tls(files, "demo", 1);
    StoreSecurity.Tls renewed = pki.issue("demo", 1);
    Files.writeString(files.certificate(), "half written");
    refused(first.connecting(2), member(2).accepting(OTHERS_OF_2), "NotAfter");
    Files.copy(renewed.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(renewed.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(files.certificate(), FileTime.from(Instant.now().plusSeconds(5)));
    shake(first.connecting(2), member(2).accepting(OTHERS_OF_2));
  }

  @Test
  void shouldSayAtStartWhatIsWrongWithTheFiles() throws IOException {
    StoreSecurity.Tls files = pki.issue("demo", 1);
    assertThatThrownBy(() -> tls(files, "demo", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not for member 2 of demo");
    StoreSecurity.Tls mixed =
        new StoreSecurity.Tls(files.authorities(), files.certificate(), pki.issue("demo", 1).key());
    assertThatThrownBy(() -> tls(mixed, "demo", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the key does not fit");
    Files.delete(files.key());
    assertThatThrownBy(() -> tls(files, "demo", 1)).isInstanceOf(IOException.class);
  }

  private MemberTls member(int id) throws IOException {
    return tls(pki.issue("demo", id), "demo", id);
  }

  private static MemberTls tls(StoreSecurity.Tls files, String cluster, int id) throws IOException {
    return MemberTls.of(files, new MemberName(cluster, id));
  }

  private static void refused(SSLEngine client, SSLEngine server, String why) {
    assertThatThrownBy(() -> shake(client, server))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining(why);
  }

  /** In memory, until both have done; the first fault of either is thrown. */
  private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(1 << 16).flip();
    ByteBuffer toClient = ByteBuffer.allocate(1 << 16).flip();
    client.beginHandshake();
    server.beginHandshake();
    for (int turn = 0; turn < 100 && (busy(client) || busy(server)); turn++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
    }
    assertThat(busy(client) || busy(server)).isFalse();
  }

  private static boolean busy(SSLEngine engine) {
    return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    switch (engine.getHandshakeStatus()) {
      case NEED_WRAP -> {
        out.compact();
        engine.wrap(ByteBuffer.allocate(0), out);
        out.flip();
      }
      case NEED_TASK -> engine.getDelegatedTask().run();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> {
        if (in.hasRemaining()) {
          engine.unwrap(in, ByteBuffer.allocate(1 << 15));
        }
      }
    }
  }
}
