package io.phalanx.node.eap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.EapMethod;
import io.phalanx.config.Secret;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TestCa;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.replication.image.EapState;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any conversation of a peer that knows no password and has no certificate: it never succeeds. */
class EapFuzzTest {
  private static final TestCa CA = TestCa.root("CN=EAP fuzz");
  private static final KeyPair KEYS = TestCa.keys("EC/secp256r1/eap-fuzz");
  private static final Credential OURS =
      Credential.ofPem(
          TestCa.pem(new TestCa.Template("CN=gw", KEYS).dns("gw.example").signedBy(CA)),
          TestCa.pem("PRIVATE KEY", KEYS.getPrivate().getEncoded()));
  private static final EapServer.Policy POLICY =
      new EapServer.Policy(
          List.of(EapMethod.MSCHAPV2, EapMethod.TLS),
          name -> Optional.of(new EapUser(name, Secret.ofUtf8("a long password nobody guesses"))),
          Optional.of(
              new EapTlsSettings(
                  OURS, TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate()))), false)),
          "gw");

  /** Responses: octets of the data, type, data; their headers are made to fit. */
  static Stream<byte[]> seeds() {
    byte[] name = "alice".getBytes(StandardCharsets.UTF_8);
    byte[] challengeResponse = new byte[54 + name.length];
    challengeResponse[0] = 2;
    challengeResponse[3] = (byte) challengeResponse.length;
    challengeResponse[4] = 49;
    byte[] clientHello = {(byte) 0x80, 0, 0, 0, 5, 22, 3, 1, 0, 0};
    return Stream.of(
        conversation(response(EapPacket.IDENTITY, name)),
        conversation(
            response(EapPacket.IDENTITY, name), response(EapPacket.MSCHAPV2, challengeResponse)),
        conversation(
            response(EapPacket.IDENTITY, name),
            response(EapPacket.NAK, new byte[] {EapPacket.TLS}),
            response(EapPacket.TLS, clientHello)));
  }

  private static byte[] response(int type, byte[] data) {
    byte[] octets = new byte[2 + data.length];
    octets[0] = (byte) data.length;
    octets[1] = (byte) type;
    System.arraycopy(data, 0, octets, 2, data.length);
    return octets;
  }

  private static byte[] conversation(byte[]... responses) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(responses).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldLetNobodyInWithoutASecret(byte[] input) {
    EapServer server = new EapServer(POLICY, new SecureRandom());
    EapLocal local = new EapLocal();
    EapOutcome outcome = server.start(Optional.empty(), local);
    int at = 0;
    while (outcome instanceof EapOutcome.Ask(EapState state) && at + 2 <= input.length) {
      int end = Math.min(input.length, at + 2 + (input[at] & 0xff));
      byte[] data = Arrays.copyOfRange(input, at + 2, end);
      EapPacket packet =
          new EapPacket(EapPacket.RESPONSE, state.identifier(), input[at + 1] & 0xff, data);
      outcome = server.received(state, packet.encode(), local, TestCa.NOW);
      at = end;
    }
    assertThat(outcome).isNotInstanceOf(EapOutcome.Succeeded.class);
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldReadAPacketAsItWouldWriteIt(byte[] octets) {
    EapPacket.decode(octets)
        .ifPresent(
            packet ->
                assertThat(EapPacket.decode(packet.encode()))
                    .get()
                    .usingRecursiveComparison()
                    .isEqualTo(packet));
  }
}
