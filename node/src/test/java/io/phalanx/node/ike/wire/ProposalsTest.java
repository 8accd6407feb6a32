package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.hex;
import static io.phalanx.node.ike.wire.Samples.CBC;
import static io.phalanx.node.ike.wire.Samples.CHACHA;
import static io.phalanx.node.ike.wire.Samples.ESP_CBC;
import static io.phalanx.node.ike.wire.Samples.ESP_GCM;
import static io.phalanx.node.ike.wire.Samples.GCM;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.config.suite.SuiteNotation;
import io.phalanx.node.ike.wire.Payload.Proposal;
import io.phalanx.node.ike.wire.Payload.Transform;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final Transform GCM_256 = new Transform(1, 20, 256, true);
  private static final Transform GCM_128 = new Transform(1, 20, 128, true);
  private static final Transform CBC_128 = new Transform(1, 12, 128, true);
  private static final Transform CBC_256 = new Transform(1, 12, 256, true);
  private static final Transform SHA2_256 = new Transform(3, 12, 0, true);
  private static final Transform NO_INTEGRITY = new Transform(3, 0, 0, true);
  private static final Transform PRF_256 = new Transform(2, 5, 0, true);
  private static final Transform PRF_384 = new Transform(2, 6, 0, true);
  private static final Transform GROUP_14 = new Transform(4, 14, 0, true);
  private static final Transform GROUP_20 = new Transform(4, 20, 0, true);
  private static final Transform GROUP_31 = new Transform(4, 31, 0, true);
  private static final Transform NO_GROUP = new Transform(4, 0, 0, true);
  private static final Transform ESN = new Transform(5, 1, 0, true);
  private static final Transform NO_ESN = new Transform(5, 0, 0, true);

  @Test
  void shouldOfferOneProposalPerSuite() {
    List<Proposal> offered = Proposals.ofIke(List.of(GCM, CHACHA, CBC), new byte[0]);
    assertThat(offered).extracting(Proposal::number).containsExactly(1, 2, 3);
    assertThat(offered.get(0).transforms()).containsExactly(GCM_256, PRF_384, GROUP_20);
    assertThat(offered.get(1).transforms())
        .containsExactly(new Transform(1, 28, 0, true), PRF_256, GROUP_31);
    assertThat(offered.get(2).transforms()).containsExactly(CBC_128, PRF_256, SHA2_256, GROUP_14);
  }

  @Test
  void shouldOfferAGroupForAChildOnlyWhereThereIsAKeyExchange() {
    assertThat(Proposals.ofEsp(List.of(ESP_GCM), 0x01020304, true).getFirst().transforms())
        .containsExactly(GCM_128, GROUP_31, ESN);
    assertThat(Proposals.ofEsp(List.of(ESP_GCM), 0x01020304, false).getFirst().transforms())
        .containsExactly(GCM_128, ESN);
  }

  @Test
  void shouldOfferWhatDiffersByAGroupAloneOnceWhereThereIsNoKeyExchange() {
    List<EspSuite> defaults = SuiteNotation.espDefaults();
    assertThat(Proposals.ofEsp(defaults, 0x01020304, true)).hasSameSizeAs(defaults);
    assertThat(Proposals.ofEsp(defaults, 0x01020304, false)).hasSize(5 * 2);
  }

  /** By default, a client may rekey with and without a key exchange, as it insists on. */
  @Test
  void shouldAcceptAChildWithAndWithoutAGroupWhereNothingIsConfigured() {
    List<EspSuite> defaults = SuiteNotation.espDefaults();
    for (boolean extended : List.of(true, false)) {
      for (Optional<KeyExchangeMethod> group :
          List.of(Optional.<KeyExchangeMethod>empty(), Optional.of(KeyExchangeMethod.ECP_256))) {
        EspSuite only =
            new EspSuite(EncryptionAlgorithm.AES_GCM_16, 256, Optional.empty(), group, extended);
        List<Proposal> offered = Proposals.ofEsp(List.of(only), 0x01020304, true);
        assertThat(Proposals.chooseEsp(offered, defaults, true))
            .hasValueSatisfying(chosen -> assertThat(chosen.suite()).isEqualTo(only));
      }
    }
  }

  @Test
  void shouldChooseTheFirstOfOurSuitesThatThePeerHas() {
    List<Proposal> offered = Proposals.ofIke(List.of(CBC, GCM), new byte[0]);
    var chosen = Proposals.chooseIke(offered, List.of(CHACHA, GCM, CBC)).orElseThrow();
    assertThat(chosen.suite()).isEqualTo(GCM);
    assertThat(chosen.answer(new byte[0]).number()).isEqualTo(2);
  }

  @Test
  void shouldChooseOneTransformOfEachTypeOutOfAMixedProposal() {
    Proposal mixed =
        ike(CBC_256, CBC_128, SHA2_256, PRF_384, PRF_256, GROUP_31, GROUP_20, GROUP_14);
    var chosen = Proposals.chooseIke(List.of(mixed), List.of(GCM, CBC)).orElseThrow();
    assertThat(chosen.suite()).isEqualTo(CBC);
    assertThat(chosen.answer(new byte[0]).transforms())
        .containsExactly(CBC_128, SHA2_256, PRF_256, GROUP_14);
  }

  @Test
  void shouldAcceptACombinedModeCipherWithNoIntegrityOrNone() {
    Proposal without = ike(GCM_256, PRF_384, GROUP_20);
    Proposal with = ike(GCM_256, NO_INTEGRITY, PRF_384, GROUP_20);
    assertThat(Proposals.chooseIke(List.of(without), List.of(GCM))).isPresent();
    assertThat(Proposals.chooseIke(List.of(with), List.of(GCM)).orElseThrow().transforms())
        .containsExactly(GCM_256, NO_INTEGRITY, PRF_384, GROUP_20);
  }

  @Test
  void shouldRefuseACombinedModeCipherThatMustHaveIntegrity() {
    Proposal proposal = ike(GCM_256, SHA2_256, PRF_384, GROUP_20);
    assertThat(Proposals.chooseIke(List.of(proposal), List.of(GCM))).isEmpty();
  }

  @Test
  void shouldRefuseAnotherKeyLengthAndAMissingOne() {
    for (int keyBits : new int[] {0, 128, 192}) {
      Proposal proposal = ike(new Transform(1, 20, keyBits, true), PRF_384, GROUP_20);
      assertThat(Proposals.chooseIke(List.of(proposal), List.of(GCM))).isEmpty();
    }
  }

  @Test
  void shouldRefuseAKeyLengthWhereNoneBelongs() {
    Proposal proposal = ike(new Transform(1, 28, 256, true), PRF_256, GROUP_31);
    assertThat(Proposals.chooseIke(List.of(proposal), List.of(CHACHA))).isEmpty();
  }

  @Test
  void shouldPassOverTransformsItDoesNotKnow() {
    Proposal proposal =
        ike(
            new Transform(1, 999, 128, true),
            GCM_256,
            PRF_384,
            new Transform(4, 36, 0, true),
            GROUP_20);
    assertThat(Proposals.chooseIke(List.of(proposal), List.of(GCM))).isPresent();
  }

  @Test
  void shouldNeverChooseATransformThatWasNotUnderstood() {
    Proposal proposal = ike(new Transform(1, 20, 256, false), PRF_384, GROUP_20);
    assertThat(Proposals.chooseIke(List.of(proposal), List.of(GCM))).isEmpty();
  }

  @Test
  void shouldRefuseAProposalWithATypeItDoesNotKnowAndTakeAnother() {
    Proposal hybrid = ike(GCM_256, PRF_384, GROUP_20, new Transform(6, 35, 0, true));
    Proposal plain =
        new Proposal(2, ProtocolId.IKE, new byte[0], List.of(GCM_256, PRF_384, GROUP_20));
    assertThat(Proposals.chooseIke(List.of(hybrid), List.of(GCM))).isEmpty();
    assertThat(Proposals.chooseIke(List.of(hybrid, plain), List.of(GCM)).orElseThrow().peer())
        .isEqualTo(plain);
  }

  @Test
  void shouldRefuseAProposalForAnotherProtocol() {
    List<Proposal> offered = Proposals.ofEsp(List.of(ESP_GCM), 0x01020304, false);
    assertThat(Proposals.chooseIke(offered, List.of(GCM, CHACHA, CBC))).isEmpty();
  }

  @Test
  void shouldKeepToTheSequenceNumbersThatAreOffered() {
    assertThat(choose(esp(GCM_128, ESN))).isTrue();
    assertThat(choose(esp(GCM_128, NO_ESN, ESN))).isTrue();
    assertThat(choose(esp(GCM_128, NO_ESN))).isFalse();
    assertThat(choose(esp(GCM_128))).isFalse();
  }

  @Test
  void shouldIgnoreGroupsWhereThereIsNoKeyExchange() {
    Proposal proposal = esp(GCM_128, GROUP_14, ESN);
    var chosen = Proposals.chooseEsp(List.of(proposal), List.of(ESP_GCM), false).orElseThrow();
    assertThat(chosen.transforms()).containsExactly(GCM_128, ESN);
  }

  @Test
  void shouldInsistOnTheGroupWhereThereIsAKeyExchange() {
    List<Proposal> other = List.of(esp(GCM_128, GROUP_14, ESN));
    List<Proposal> ours = List.of(esp(GCM_128, GROUP_14, GROUP_31, ESN));
    List<Proposal> none = List.of(esp(GCM_128, ESN));
    assertThat(Proposals.chooseEsp(other, List.of(ESP_GCM), true)).isEmpty();
    assertThat(Proposals.chooseEsp(none, List.of(ESP_GCM), true)).isEmpty();
    assertThat(Proposals.chooseEsp(ours, List.of(ESP_GCM), true)).isPresent();
  }

  @Test
  void shouldDoWithoutAGroupOnlyIfThePeerAllowsIt() {
    Transform sha512 = new Transform(3, 14, 0, true);
    List<Proposal> needed = List.of(esp(CBC_256, sha512, GROUP_14, NO_ESN));
    List<Proposal> optional = List.of(esp(CBC_256, sha512, GROUP_14, NO_GROUP, NO_ESN));
    assertThat(Proposals.chooseEsp(needed, List.of(ESP_CBC), true)).isEmpty();
    assertThat(Proposals.chooseEsp(optional, List.of(ESP_CBC), true).orElseThrow().transforms())
        .containsExactly(CBC_256, sha512, NO_GROUP, NO_ESN);
  }

  @Test
  void shouldTakeOnlySpisThatMayBeUsed() {
    for (String spi : List.of("", "00000000", "000000ff", "0102030405060708")) {
      Proposal proposal = new Proposal(1, ProtocolId.ESP, hex(spi), List.of(GCM_128, ESN));
      assertThat(choose(proposal)).as(spi).isFalse();
    }
    Proposal proposal = new Proposal(1, ProtocolId.ESP, hex("fedcba98"), List.of(GCM_128, ESN));
    var chosen = Proposals.chooseEsp(List.of(proposal), List.of(ESP_GCM), false).orElseThrow();
    assertThat(chosen.peerSpi()).isEqualTo(0xfedcba98L);
    assertThat(chosen.answer(hex("01020304")).spi()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void shouldAcceptAnAnswerOnlyIfItIsOneChoice() {
    Proposal answer = ike(GCM_256, PRF_384, GROUP_20);
    Proposal open = ike(GCM_256, PRF_384, PRF_256, GROUP_20);
    assertThat(Proposals.acceptedIke(List.of(answer), List.of(CBC, GCM)).orElseThrow().suite())
        .isEqualTo(GCM);
    assertThat(Proposals.acceptedIke(List.of(open), List.of(CBC, GCM))).isEmpty();
    assertThat(Proposals.acceptedIke(List.of(answer, answer), List.of(CBC, GCM))).isEmpty();
    assertThat(Proposals.acceptedIke(List.of(answer), List.of(CBC))).isEmpty();
    assertThat(Proposals.acceptedIke(List.of(), List.of(CBC))).isEmpty();
  }

  static Stream<EspSuite> espSuites() {
    return Stream.of(EncryptionAlgorithm.values())
        .flatMap(
            algorithm ->
                algorithm.keyBits().stream()
                    .flatMap(bits -> integrity(algorithm).map(each -> esp(algorithm, bits, each))));
  }

  private static Stream<Optional<IntegrityAlgorithm>> integrity(EncryptionAlgorithm algorithm) {
    return algorithm.combinedMode()
        ? Stream.of(Optional.empty())
        : Stream.of(IntegrityAlgorithm.values()).map(Optional::of);
  }

  private static EspSuite esp(
      EncryptionAlgorithm algorithm, int bits, Optional<IntegrityAlgorithm> integrity) {
    return new EspSuite(algorithm, bits, integrity, Optional.empty(), true);
  }

  @Test
  void shouldChooseEverySuiteWhereItIsOfferedAndNoOther() {
    List<EspSuite> all = espSuites().toList();
    for (EspSuite ours : all) {
      List<Proposal> offered = Proposals.ofEsp(List.of(ours), 0x01020304, false);
      assertThat(Proposals.chooseEsp(offered, all, false).orElseThrow().suite()).isEqualTo(ours);
      EspSuite without =
          new EspSuite(
              ours.encryption(), ours.keyBits(), ours.integrity(), Optional.empty(), false);
      assertThat(Proposals.chooseEsp(offered, List.of(without), false)).isEmpty();
    }
  }

  @Test
  void shouldChooseEveryAlgorithmOfIke() {
    for (EspSuite cipher : espSuites().filter(each -> each.encryption().encrypts()).toList()) {
      for (PseudoRandomFunction prf : PseudoRandomFunction.values()) {
        for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
          IkeSuite suite =
              new IkeSuite(cipher.encryption(), cipher.keyBits(), cipher.integrity(), prf, method);
          List<Proposal> offered = Proposals.ofIke(List.of(suite), new byte[0]);
          assertThat(Proposals.acceptedIke(offered, List.of(GCM, suite)).orElseThrow().suite())
              .isEqualTo(suite);
        }
      }
    }
  }

  @Test
  void shouldNeverTakeACipherWithoutIntegrity() {
    Transform none = new Transform(1, 11, 0, true);
    List<EspSuite> suites =
        espSuites().filter(suite -> !suite.encryption().combinedMode()).toList();
    for (Transform cipher : List.of(none, CBC_128, new Transform(1, 13, 128, true))) {
      assertThat(Proposals.chooseEsp(List.of(esp(cipher, ESN)), suites, false)).isEmpty();
      List<Proposal> explicitly = List.of(esp(cipher, NO_INTEGRITY, ESN));
      assertThat(Proposals.chooseEsp(explicitly, suites, false)).isEmpty();
      List<Proposal> atChoice = List.of(esp(cipher, NO_INTEGRITY, SHA2_256, ESN));
      assertThat(Proposals.chooseEsp(atChoice, suites, false).orElseThrow().transforms())
          .containsExactly(cipher, SHA2_256, ESN);
    }
  }

  /** NULL has no key, so a key length is none of its attributes (RFC 7296 §3.3.5). */
  @Test
  void shouldRefuseNullEncryptionWithAKeyLength() {
    List<EspSuite> suites =
        List.of(
            esp(EncryptionAlgorithm.NULL, 0, Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128)));
    Proposal odd = esp(new Transform(1, 11, 128, true), SHA2_256, ESN);
    assertThat(Proposals.chooseEsp(List.of(odd), suites, false)).isEmpty();
    assertThat(Proposals.ofEsp(suites, 0x01020304, false).getFirst().transforms())
        .containsExactly(new Transform(1, 11, 0, true), SHA2_256, ESN);
  }

  @Test
  void shouldPreferOurOrderWhereThePeerOffersBothLengthsOfSequenceNumbers() {
    List<EspSuite> both = SuiteNotation.parseEsp("aes128gcm16").toOptional().orElseThrow();
    List<Proposal> offered = List.of(esp(GCM_128, NO_ESN, ESN));
    assertThat(Proposals.chooseEsp(offered, both, false).orElseThrow().transforms())
        .containsExactly(GCM_128, ESN);
    assertThat(Proposals.chooseEsp(offered, both.reversed(), false).orElseThrow().transforms())
        .containsExactly(GCM_128, NO_ESN);
    List<Proposal> old = List.of(esp(GCM_128, NO_ESN));
    assertThat(Proposals.chooseEsp(old, both, false).orElseThrow().suite()).isEqualTo(both.get(1));
  }

  private static boolean choose(Proposal offered) {
    return Proposals.chooseEsp(List.of(offered), List.of(ESP_GCM), false).isPresent();
  }

  private static Proposal ike(Transform... transforms) {
    return new Proposal(1, ProtocolId.IKE, new byte[0], Stream.of(transforms).toList());
  }

  private static Proposal esp(Transform... transforms) {
    return new Proposal(1, ProtocolId.ESP, hex("01020304"), Stream.of(transforms).toList());
  }
}
