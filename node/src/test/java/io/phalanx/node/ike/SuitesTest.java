package io.phalanx.node.ike;

import static io.phalanx.node.ike.EstablishTest.assertSameChild;
import static io.phalanx.node.ike.EstablishTest.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.SuiteNotation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every algorithm of IKE and ESP between two engines, from the proposal to the keys. */
final class SuitesTest {
  private final Configs left = Configs.left();
  private final Configs right = Configs.right();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes128gcm12-prfsha256-curve25519",
        "aes192gcm8-prfsha384-curve448",
        "aes256ccm16-prfsha512-ecp521",
        "aes128ccm12-prfsha1-modp3072",
        "aes192ccm8-prfaesxcbc-ecp256",
        "chacha20poly1305-prfaescmac-ecp384",
        "aes128ctr-sha256-modp4096",
        "aes192ctr-aesxcbc-curve25519",
        "aes256-sha1-modp2048",
        "aes128-aescmac-ecp256",
        "aes256-sha384-modp6144",
        "aes256-sha512-modp8192",
      })
  void shouldConnectWithEveryAlgorithmOfIke(String text) {
    World world = connected(text, "aes128gcm16");
    IkeSuite suite = SuiteNotation.parseIke(text).toOptional().orElseThrow();
    assertThat(world.left.only().suite()).isEqualTo(suite);
    assertThat(world.right.only().suite()).isEqualTo(suite);
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    assertSameChild(world);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes128gcm12-noesn",
        "aes192gcm8-esn",
        "aes256ccm16-noesn",
        "aes128ccm12-esn",
        "aes192ccm8-noesn",
        "chacha20poly1305-noesn",
        "aes256ctr-sha512-esn",
        "aes128-sha1-noesn",
        "aes192-aescmac-esn",
        "null-aesxcbc-noesn",
        "null-sha256-esn",
        "aes256gmac-noesn",
      })
  void shouldConnectWithEveryAlgorithmOfEsp(String text) {
    World world = connected("aes128gcm16-prfsha256-curve25519", text);
    EspSuite suite = SuiteNotation.parseEsp(text).toOptional().orElseThrow().getFirst();
    assertThat(child(world.left).subSas().getFirst().suite()).isEqualTo(suite);
    assertThat(child(world.right).subSas().getFirst().suite()).isEqualTo(suite);
    assertThat(child(world.left).extendedSequenceNumbers())
        .isEqualTo(suite.extendedSequenceNumbers());
    assertThat(child(world.left).subSas().getFirst().outboundIntegrity())
        .isEqualTo(child(world.right).subSas().getFirst().inboundIntegrity());
    assertThat(child(world.left).subSas().getFirst().outboundIntegrity().length())
        .isEqualTo(suite.integrityKeyOctets());
    if (suite.encryptionKeyOctets() > 0) {
      assertSameChild(world);
    }
  }

  /** The new keys come from the old SK_d, whose length is the PRF's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes128-aesxcbc-ecp256",
        "aes128gcm16-prfaescmac-ecp521",
        "aes128ctr-sha1-curve448",
      })
  void shouldRekeyWithEveryKindOfPrf(String text) {
    left.ikeRekey = Duration.ofMinutes(10);
    World world = connected(text, "aes128ccm16-curve448");
    long first = world.left.only().localSpi();
    assertThat(
            world.runUntil(
                900_000,
                () ->
                    world.left.established().size() == 1
                        && world.right.established().size() == 1
                        && world.left.only().localSpi() != first))
        .isTrue();
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    assertSameChild(world);
  }

  /** RFC 7296 §3.3.2, transform type 5: both sides have to be able to do it. */
  @ParameterizedTest
  @CsvSource({
    "aes128gcm16, aes128gcm16, true",
    "aes128gcm16, aes128gcm16-noesn, false",
    "aes128gcm16-noesn, aes128gcm16, false",
    "aes128gcm16-esn, aes128gcm16, true",
    "aes128-sha256, aes128-sha256-noesn, false",
  })
  void shouldAgreeOnTheLengthOfSequenceNumbers(String ours, String theirs, boolean extended) {
    left.espSuites = esp(ours);
    right.espSuites = esp(theirs);
    World world = new World(left, right);
    world.connect();
    assertThat(child(world.left).extendedSequenceNumbers()).isEqualTo(extended);
    assertThat(child(world.right).extendedSequenceNumbers()).isEqualTo(extended);
    assertSameChild(world);
  }

  @Test
  void shouldNotGuessWhereTheSidesDifferInSequenceNumbers() {
    left.espSuites = esp("aes128gcm16-esn");
    right.espSuites = esp("aes128gcm16-noesn");
    World world = new World(left, right);
    world.connect();
    assertThat(world.left.carried).isEmpty();
    assertThat(world.right.carried).isEmpty();
  }

  private World connected(String ike, String esp) {
    left.ikeSuites = List.of(SuiteNotation.parseIke(ike).toOptional().orElseThrow());
    right.ikeSuites = left.ikeSuites;
    left.espSuites = esp(esp);
    right.espSuites = left.espSuites;
    World world = new World(left, right);
    world.connect();
    return world;
  }

  private static List<EspSuite> esp(String text) {
    return SuiteNotation.parseEsp(text).toOptional().orElseThrow();
  }
}
