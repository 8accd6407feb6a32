package io.phalanx.node.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.KeyDerivation.ChildKeys;
import io.phalanx.node.ike.crypto.KeyDerivation.Exchange;
import io.phalanx.replication.image.IkeSaImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The formulas of RFC 7296, written out with prf and prf+ alone. */
class KeyDerivationTest {
  private static final PseudoRandomFunction PRF = PseudoRandomFunction.HMAC_SHA2_256;
  private static final IkeSuite CBC =
      new IkeSuite(
          EncryptionAlgorithm.AES_CBC,
          256,
          Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
          PRF,
          KeyExchangeMethod.ECP_256);
  private static final IkeSuite GCM =
      new IkeSuite(
          EncryptionAlgorithm.AES_GCM_16, 128, Optional.empty(), PRF, KeyExchangeMethod.ECP_256);
  private static final EspSuite ESP_CBC =
      new EspSuite(
          EncryptionAlgorithm.AES_CBC,
          128,
          Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
          Optional.empty(),
          false);
  private static final EspSuite ESP_GCM =
      new EspSuite(EncryptionAlgorithm.AES_GCM_16, 256, Optional.empty(), Optional.empty(), true);

  private static final byte[] NI = filled(32, 1);
  private static final byte[] NR = filled(24, 2);
  private static final Secret SHARED = Secret.of(filled(32, 3));
  private static final Secret SK_D = Secret.of(filled(32, 4));
  private static final Exchange EXCHANGE = new Exchange(NI, NR, 0x0a0b, 0x0c0d);
  private static final byte[] SPIS =
      ByteBuffer.allocate(16).putLong(0x0a0b).putLong(0x0c0d).array();

  @Test
  void shouldCutTheKeysOfAnIkeSaInOrder() {
    Secret seed = Prf.of(PRF, Secret.of(concat(NI, NR)), SHARED.reveal());
    IkeSaImage.Keys keys = KeyDerivation.initial(CBC, SHARED, EXCHANGE);
    assertThat(joined(keys))
        .isEqualTo(Prf.plus(PRF, seed, 3 * 32 + 2 * 64 + 2 * 32, NI, NR, SPIS).reveal());
    assertThat(
            Stream.of(keys.d(), keys.ai(), keys.ar(), keys.ei(), keys.er(), keys.pi(), keys.pr())
                .map(Secret::length))
        .containsExactly(32, 64, 64, 32, 32, 32, 32);
  }

  @Test
  void shouldGiveACombinedModeCipherItsSaltAndNoIntegrityKey() {
    IkeSaImage.Keys keys = KeyDerivation.initial(GCM, SHARED, EXCHANGE);
    assertThat(keys.ei().length()).isEqualTo(16 + 4);
    assertThat(keys.ai()).isEqualTo(Secret.EMPTY);
    assertThat(joined(keys)).hasSize(3 * 32 + 2 * 20);
  }

  @Test
  void shouldSeedARekeyWithTheOldSkD() {
    Secret seed = Prf.of(PseudoRandomFunction.HMAC_SHA2_512, SK_D, concat(SHARED.reveal(), NI, NR));
    IkeSaImage.Keys keys =
        KeyDerivation.rekeyed(GCM, PseudoRandomFunction.HMAC_SHA2_512, SK_D, SHARED, EXCHANGE);
    assertThat(joined(keys)).isEqualTo(Prf.plus(PRF, seed, 3 * 32 + 2 * 20, NI, NR, SPIS).reveal());
  }

  /** RFC 7296 §2.14: 64 bits of each nonce make the key of SKEYSEED, all of them go into prf+. */
  @ParameterizedTest
  @EnumSource(names = {"AES128_XCBC", "AES128_CMAC"})
  void shouldTakeHalfAKeyOfEachNonceForPrfsOfAes(PseudoRandomFunction prf) {
    IkeSuite suite =
        new IkeSuite(
            EncryptionAlgorithm.AES_CTR,
            128,
            Optional.of(IntegrityAlgorithm.AES_XCBC_96),
            prf,
            KeyExchangeMethod.ECP_256);
    byte[] key = concat(Arrays.copyOf(NI, 8), Arrays.copyOf(NR, 8));
    Secret seed = Prf.of(prf, Secret.of(key), SHARED.reveal());
    IkeSaImage.Keys keys = KeyDerivation.initial(suite, SHARED, EXCHANGE);
    assertThat(joined(keys))
        .isEqualTo(Prf.plus(prf, seed, 3 * 16 + 2 * 16 + 2 * 20, NI, NR, SPIS).reveal());
    assertThat(keys.ei().length()).as("key and nonce of AES-CTR").isEqualTo(20);
  }

  @Test
  void shouldGiveTheInitiatorsKeysOfAChildFirst() {
    ChildKeys keys = KeyDerivation.child(PRF, SK_D, ESP_CBC, Optional.empty(), NI, NR);
    assertThat(
            concat(
                keys.initiatorEncryption().reveal(),
                keys.initiatorIntegrity().reveal(),
                keys.responderEncryption().reveal(),
                keys.responderIntegrity().reveal()))
        .isEqualTo(Prf.plus(PRF, SK_D, 2 * (16 + 32), NI, NR).reveal());
    assertThat(keys.initiatorEncryption().length()).isEqualTo(16);
    assertThat(keys.initiatorIntegrity().length()).isEqualTo(32);
  }

  @Test
  void shouldPutAFreshSecretBeforeTheNonces() {
    ChildKeys keys = KeyDerivation.child(PRF, SK_D, ESP_GCM, Optional.of(SHARED), NI, NR);
    byte[] material = Prf.plus(PRF, SK_D, 2 * 36, SHARED.reveal(), NI, NR).reveal();
    assertThat(keys.initiatorEncryption().reveal()).isEqualTo(Arrays.copyOf(material, 36));
    assertThat(keys.responderEncryption().reveal()).isEqualTo(Arrays.copyOfRange(material, 36, 72));
    assertThat(keys.responderIntegrity()).isEqualTo(Secret.EMPTY);
  }

  private static byte[] joined(IkeSaImage.Keys keys) {
    return concat(
        keys.d().reveal(),
        keys.ai().reveal(),
        keys.ar().reveal(),
        keys.ei().reveal(),
        keys.er().reveal(),
        keys.pi().reveal(),
        keys.pr().reveal());
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] filled(int octets, int value) {
    byte[] result = new byte[octets];
    Arrays.fill(result, (byte) value);
    return result;
  }
}
