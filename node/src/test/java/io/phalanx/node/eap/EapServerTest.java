package io.phalanx.node.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.EapMethod;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TestCa;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.replication.image.EapState;
import io.phalanx.replication.image.EapState.Step;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** Conversations with a peer, packet by packet. */
final class EapServerTest {
  private static final TestCa CA = TestCa.root("CN=EAP CA");
  private static final Identity GATEWAY = Identity.fqdn("gw.example");

  private static final Credential OURS =
      credential("RSA/2048/eap", new GeneralName(GeneralName.dNSName, "gw.example"));
  private static final Credential BOBS =
      credential(
          "EC/secp256r1/eap-peer", new GeneralName(GeneralName.rfc822Name, "bob@example.org"));
  private static final TrustAnchors TRUSTED = trusted();

  private final SecureRandom random = new SecureRandom();
  private EapLocal local = new EapLocal();
  private int packets;

  private static Credential credential(String spec, GeneralName name) {
    KeyPair keys = TestCa.keys(spec);
    return Credential.ofPem(
        TestCa.pem(new TestCa.Template("CN=" + name.getName(), keys).names(name).signedBy(CA)),
        TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  private static TrustAnchors trusted() {
    return TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate())));
  }

  private EapServer server(EapMethod... methods) {
    EapServer.Policy policy =
        new EapServer.Policy(
            List.of(methods),
            name ->
                name.equals("alice")
                    ? Optional.of(new EapUser(name, Secret.ofUtf8("p\u00e4ss")))
                    : Optional.empty(),
            Optional.of(new EapTlsSettings(OURS, TRUSTED, false)),
            "gw");
    return new EapServer(policy, random);
  }

  private static EapPeer certified(String name, TrustAnchors authorities, String... protocols) {
    return EapPeer.withCertificate(name, BOBS, authorities, GATEWAY, TestCa.NOW, protocols);
  }

  private EapOutcome talk(EapServer server, EapPeer peer) {
    return talk(server, peer, UnaryOperator.identity());
  }

  private EapOutcome talk(EapServer server, EapPeer peer, UnaryOperator<byte[]> tamper) {
    EapOutcome outcome = server.start(Optional.empty(), local);
    while (outcome instanceof EapOutcome.Ask(EapState state)) {
      packets++;
      assertThat(packets).isLessThan(200);
      Optional<byte[]> answer = peer.answer(state.request());
      outcome = server.received(state, tamper.apply(answer.orElseThrow()), local, TestCa.NOW);
    }
    if (outcome instanceof EapOutcome.Succeeded(EapState state)) {
      assertThat(peer.answer(state.request())).isEmpty();
    } else if (outcome instanceof EapOutcome.Failed(byte[] packet, _)) {
      assertThat(peer.answer(packet)).isEmpty();
    }
    return outcome;
  }

  private static void assertSucceeded(EapOutcome outcome, EapPeer peer, String user) {
    assertThat(outcome).isInstanceOf(EapOutcome.Succeeded.class);
    EapState state = ((EapOutcome.Succeeded) outcome).state();
    assertThat(state.step()).isEqualTo(Step.DONE);
    assertThat(state.user()).isEqualTo(user);
    assertThat(state.secret().length()).isEqualTo(64);
    assertThat(state.secret()).isEqualTo(peer.msk);
    assertThat(peer.succeeded).isTrue();
  }

  private static void assertFailed(EapOutcome outcome, EapPeer peer, String reason) {
    assertThat(outcome).isInstanceOf(EapOutcome.Failed.class);
    assertThat(((EapOutcome.Failed) outcome).reason()).contains(reason);
    assertThat(peer.failed).isTrue();
  }

  @Test
  void shouldTakeTheRightPassword() {
    EapPeer peer = EapPeer.withPassword("alice", "p\u00e4ss");
    assertSucceeded(talk(server(EapMethod.MSCHAPV2), peer), peer, "alice");
    assertThat(packets).isEqualTo(3);
  }

  @Test
  void shouldPassOverTheDomainOfAUser() {
    EapPeer peer = EapPeer.withPassword("OFFICE\\alice", "p\u00e4ss");
    assertSucceeded(talk(server(EapMethod.MSCHAPV2), peer), peer, "alice");
  }

  @Test
  void shouldRefuseAWrongPasswordAndAStrangerAlike() {
    EapPeer wrong = EapPeer.withPassword("alice", "pass");
    assertFailed(talk(server(EapMethod.MSCHAPV2), wrong), wrong, "wrong password");
    int packetsThen = packets;
    packets = 0;
    EapPeer stranger = EapPeer.withPassword("mallory", "p\u00e4ss");
    assertFailed(talk(server(EapMethod.MSCHAPV2), stranger), stranger, "wrong password");
    assertThat(packets).isEqualTo(packetsThen);
  }

  @Test
  void shouldTakeACertificateByTls13() {
    EapPeer peer = certified("bob@example.org", TRUSTED, "TLSv1.3");
    assertSucceeded(talk(server(EapMethod.TLS), peer), peer, "bob@example.org");
  }

  @Test
  void shouldTakeACertificateByTls12() {
    EapPeer peer = certified("bob@example.org", TRUSTED, "TLSv1.2");
    assertSucceeded(talk(server(EapMethod.TLS), peer), peer, "bob@example.org");
  }

  @Test
  void shouldMakeTheSameKeyWithoutTheExporter() {
    EapPeer peer = certified("bob@example.org", TRUSTED, "TLSv1.2");
    assertSucceeded(talk(server(EapMethod.TLS), peer), peer, "bob@example.org");
    TlsPipe pipe = peer.pipe();
    byte[] keys = Tls12Keys.export(pipe.session(), pipe.randoms(), 64).orElseThrow();
    assertThat(Secret.of(keys)).isEqualTo(peer.msk);
  }

  @Test
  void shouldRefuseACertificateOfAnotherName() {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      EapPeer peer = certified("alice@example.org", TRUSTED, protocol);
      assertFailed(talk(server(EapMethod.TLS), peer), peer, "TLS");
    }
  }

  @Test
  void shouldFailWhenThePeerDoesNotTrustUs() {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      TrustAnchors others =
          TrustAnchors.ofPem(List.of(TestCa.pem(TestCa.root("CN=Other").certificate())));
      EapPeer peer = certified("bob@example.org", others, protocol);
      assertFailed(talk(server(EapMethod.TLS), peer), peer, "TLS");
    }
  }

  @Test
  void shouldOfferWhatThePeerAsksForInstead() {
    EapPeer peer = EapPeer.withPassword("alice", "p\u00e4ss");
    assertSucceeded(talk(server(EapMethod.TLS, EapMethod.MSCHAPV2), peer), peer, "alice");
    EapPeer none = EapPeer.withPassword("alice", "p\u00e4ss");
    assertFailed(talk(server(EapMethod.TLS), none), none, "none of our methods");
  }

  @Test
  void shouldGoOnFromWhatWasWrittenDown() {
    EapPeer peer = EapPeer.withPassword("alice", "p\u00e4ss");
    EapOutcome outcome =
        talk(
            server(EapMethod.MSCHAPV2),
            peer,
            answer -> {
              local = new EapLocal(); // another member
              return answer;
            });
    assertSucceeded(outcome, peer, "alice");
  }

  @Test
  void shouldEndTlsAtOnceWhereItsSessionIsGone() {
    EapPeer peer = certified("bob@example.org", TRUSTED);
    EapServer server = server(EapMethod.TLS);
    EapState state = ask(server.start(Optional.of("bob@example.org"), local));
    state =
        ask(server.received(state, peer.answer(state.request()).orElseThrow(), local, TestCa.NOW));
    byte[] answer = peer.answer(state.request()).orElseThrow();
    EapOutcome outcome = server.received(state, answer, new EapLocal(), TestCa.NOW);
    assertThat(outcome).isInstanceOf(EapOutcome.Failed.class);
    assertThat(((EapOutcome.Failed) outcome).reason()).contains("gone");
  }

  private static EapState ask(EapOutcome outcome) {
    if (outcome instanceof EapOutcome.Ask(EapState state)) {
      return state;
    }
    throw new AssertionError("" + outcome);
  }

  @Test
  void shouldAskTheSameAgainWhereTheAnswerDoesNotFit() {
    EapServer server = server(EapMethod.MSCHAPV2);
    EapState state = ask(server.start(Optional.of("alice"), local));
    byte[] stale = EapPacket.identity(state.identifier() + 1, "alice").encode();
    EapState again = ask(server.received(state, stale, local, TestCa.NOW));
    assertThat(again.request()).isEqualTo(state.request());
    EapPeer peer = EapPeer.withPassword("alice", "p\u00e4ss");
    assertThat(
            server.received(again, peer.answer(again.request()).orElseThrow(), local, TestCa.NOW))
        .isInstanceOf(EapOutcome.Ask.class);
    EapOutcome outcome = new EapOutcome.Ask(state);
    int rounds = 0;
    while (outcome instanceof EapOutcome.Ask(EapState now)) {
      outcome = server.received(now, stale, local, TestCa.NOW);
      rounds++;
    }
    assertThat(rounds).isEqualTo(EapServer.ROUNDS_MAX);
  }

  @Test
  void shouldNeverThrowWhateverComes() {
    Random mutations = new Random(7);
    for (int run = 0; run < 160; run++) {
      EapPeer peer =
          run % 8 == 0
              ? certified("bob@example.org", TRUSTED)
              : EapPeer.withPassword("alice", "p\u00e4ss");
      local = new EapLocal();
      packets = 0;
      EapServer server = server(EapMethod.MSCHAPV2, EapMethod.TLS);
      EapOutcome outcome = server.start(Optional.empty(), local);
      while (outcome instanceof EapOutcome.Ask(EapState state) && packets++ < 20) {
        byte[] answer = peer.answer(state.request()).orElseThrow();
        if (mutations.nextInt(3) == 0) {
          answer = mutated(answer, mutations);
        }
        outcome = server.received(state, answer, local, TestCa.NOW);
        assertThat(outcome).isNotNull();
      }
    }
  }

  private static byte[] mutated(byte[] packet, Random random) {
    byte[] copy = Arrays.copyOf(packet, random.nextInt(packet.length + 8));
    for (int i = 0; i < 3 && copy.length > 0; i++) {
      copy[random.nextInt(Math.min(copy.length, 12))] = (byte) random.nextInt();
    }
    if (copy.length > 3 && random.nextBoolean()) {
      copy[0] = 2;
      copy[1] = packet[1];
      copy[2] = (byte) (copy.length >>> 8);
      copy[3] = (byte) copy.length;
    }
    return copy;
  }
}
