package io.phalanx.node.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.Prf;
import io.phalanx.node.ike.wire.Payload.Authentication;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedKeyAuthTest {
  private static final PseudoRandomFunction PRF = PseudoRandomFunction.HMAC_SHA2_256;
  private static final Secret KEY = Secret.ofUtf8("a shared key");
  private static final Identity MOON = Identity.fqdn("moon.example");
  private static final Identity SUN = Identity.fqdn("sun.example");
  private static final byte[] OCTETS = {1, 2, 3};

  @Test
  void shouldPadTheKeyFirst() {
    Secret padded = Prf.of(PRF, KEY, "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));
    Authentication auth = SharedKeyAuth.create(PRF, KEY, OCTETS);
    assertThat(auth.method().code()).isEqualTo(2);
    assertThat(auth.data()).isEqualTo(Prf.of(PRF, padded, OCTETS).reveal());
  }

  @Test
  void shouldVerifyNothingButTheSameKeyAndOctets() {
    Authentication auth = SharedKeyAuth.create(PRF, KEY, OCTETS);
    assertThat(SharedKeyAuth.verify(PRF, KEY, OCTETS, auth)).isTrue();
    assertThat(SharedKeyAuth.verify(PRF, Secret.ofUtf8("another"), OCTETS, auth)).isFalse();
    assertThat(SharedKeyAuth.verify(PRF, KEY, new byte[3], auth)).isFalse();
    Authentication cut = new Authentication(auth.method(), Arrays.copyOf(auth.data(), 31));
    assertThat(SharedKeyAuth.verify(PRF, KEY, OCTETS, cut)).isFalse();
    Authentication other = new Authentication(AuthMethod.RSA_SIGNATURE, auth.data());
    assertThat(SharedKeyAuth.verify(PRF, KEY, OCTETS, other)).isFalse();
  }

  @Test
  void shouldSignTheOwnMessageTheOtherNonceAndTheOwnIdentity() {
    InitExchange init =
        new InitExchange(
            new byte[] {0x11}, new byte[] {0x22}, new byte[] {0x33}, new byte[] {0x44});
    IkeSaImage.Keys keys = keys();
    byte[] id = HexFormat.of().parseHex("02000000" + HexFormat.of().formatHex(MOON.data()));
    assertThat(SignedOctets.ofInitiator(PRF, init, keys, MOON))
        .startsWith(0x11, 0x44)
        .endsWith(Prf.of(PRF, keys.pi(), id).reveal())
        .hasSize(2 + 32);
    assertThat(SignedOctets.ofResponder(PRF, init, keys, MOON))
        .startsWith(0x22, 0x33)
        .endsWith(Prf.of(PRF, keys.pr(), id).reveal())
        .hasSize(2 + 32);
  }

  @Test
  void shouldFindTheKeyThatNamesTheEndsMostExactly() {
    PresharedKey anyone = key("anyone");
    PresharedKey forSun = key("sun", SUN);
    PresharedKey forBoth = key("both", MOON, SUN);
    PresharedKey forMoon = key("moon", MOON);
    assertThat(SharedKeys.find(List.of(anyone, forSun, forBoth, forMoon), MOON, SUN))
        .contains(forBoth.secret());
    assertThat(SharedKeys.find(List.of(anyone, forMoon, forSun), MOON, SUN))
        .contains(forSun.secret());
    assertThat(SharedKeys.find(List.of(anyone, forMoon), MOON, SUN)).contains(forMoon.secret());
    assertThat(SharedKeys.find(List.of(anyone), MOON, SUN)).contains(anyone.secret());
  }

  @Test
  void shouldNotUseAKeyThatNamesAnotherPeer() {
    Identity venus = Identity.fqdn("venus.example");
    assertThat(SharedKeys.find(List.of(key("x", MOON, venus), key("y", venus)), MOON, SUN))
        .isEmpty();
  }

  private static PresharedKey key(String secret, Identity... ids) {
    return new PresharedKey(List.of(ids), Secret.ofUtf8(secret));
  }

  private static IkeSaImage.Keys keys() {
    Secret filler = Secret.ofUtf8("d");
    return new IkeSaImage.Keys(
        filler, filler, filler, filler, filler, Secret.ofUtf8("pi"), Secret.ofUtf8("pr"));
  }
}
