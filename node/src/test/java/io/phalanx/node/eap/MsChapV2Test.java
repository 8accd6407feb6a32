package io.phalanx.node.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The worked examples of RFC 2759 §9.2 and RFC 3079 §3.5.3. */
final class MsChapV2Test {
  private static final byte[] USER = "User".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OURS = hex("5B5D7C7D7B3F2F3E3C2C602132262628");
  private static final byte[] PEERS = hex("21402324255E262A28295F2B3A337C7E");
  private static final byte[] RESPONSE = hex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");

  private final Secret hash = MsChapV2.passwordHash(Secret.ofUtf8("clientPass"));

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void shouldHashThePassword() {
    assertThat(hash.reveal()).isEqualTo(hex("44EBBA8D5312B8D611474411F56989AE"));
    assertThat(Md4.of(hash.reveal())).isEqualTo(hex("41C00C584BD2D91C4017A2A12FA59F3F"));
  }

  @Test
  void shouldAnswerTheChallenge() {
    byte[] challenge = MsChapV2.challengeHash(PEERS, OURS, USER);
    assertThat(challenge).isEqualTo(hex("D02E4386BCE91226"));
    assertThat(MsChapV2.response(challenge, hash)).isEqualTo(RESPONSE);
    assertThat(MsChapV2.authenticatorResponse(hash, RESPONSE, challenge))
        .isEqualTo("S=407A5589115FD0D6209F510FE9C04566932CDA56");
  }

  @Test
  void shouldMakeTheKeys() {
    byte[] master = MsChapV2.masterKey(hash, RESPONSE);
    assertThat(master).isEqualTo(hex("FDECE3717A8C838CB388E527AE3CDD31"));
    assertThat(MsChapV2.toClientKey(master)).isEqualTo(hex("8B7CDC149B993A1BA118CB153F56DCCB"));
    byte[] msk = MsChapV2.msk(hash, RESPONSE).reveal();
    assertThat(msk)
        .isEqualTo(
            hex(
                "D5F0E9521E3EA9589645E86051C82226"
                    + "8B7CDC149B993A1BA118CB153F56DCCB"
                    + "00".repeat(32)));
  }
}
