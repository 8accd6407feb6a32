package io.phalanx.node.ike.crypto;

import static io.phalanx.config.suite.KeyExchangeMethod.CURVE25519;
import static io.phalanx.config.suite.KeyExchangeMethod.ECP_256;
import static io.phalanx.config.suite.KeyExchangeMethod.ECP_384;
import static io.phalanx.config.suite.KeyExchangeMethod.MODP_2048;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyAgreementTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  // RFC 5903 §8.1
  private static final String P256_I =
      "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433";
  private static final String P256_GI =
      "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
          + "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3";
  private static final String P256_R =
      "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53";
  private static final String P256_GR =
      "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
          + "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
  private static final String P256_SHARED =
      "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";

  // RFC 5903 §8.2
  private static final String P384_I =
      "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
          + "e35b538041e649ee3faef896783ab194";
  private static final String P384_GR =
      "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
          + "0d1ac43a0336def96fda41d0774a3571"
          + "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1ff"
          + "f83fa40142209dff5eaad96db9e6386c";
  private static final String P384_SHARED =
      "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
          + "d603135569b9e9d09cf5d4a270f59746";

  // RFC 8031 appendix A, with the random octets as they are: they are clamped when used
  private static final String X25519_I =
      "751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94";
  private static final String X25519_GR =
      "0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25";
  private static final String X25519_SHARED =
      "c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950";

  @Test
  void shouldAgreeAsInRfc5903OnP256() {
    assertThat(agree(ECP_256, P256_I, P256_GR)).contains(P256_SHARED);
    assertThat(agree(ECP_256, P256_R, P256_GI)).contains(P256_SHARED);
  }

  @Test
  void shouldAgreeAsInRfc5903OnP384() {
    assertThat(agree(ECP_384, P384_I, P384_GR)).contains(P384_SHARED);
  }

  @Test
  void shouldAgreeAsInRfc8031() {
    assertThat(agree(CURVE25519, X25519_I, X25519_GR)).contains(X25519_SHARED);
  }

  /** RFC 7748 §5.2, first vector; the second one's public value has its top bit set. */
  @Test
  void shouldAgreeAsInRfc7748() {
    assertThat(
            agree(
                CURVE25519,
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))
        .contains("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    assertThat(
            agree(
                CURVE25519,
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))
        .contains("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  }

  @ParameterizedTest
  @EnumSource
  void shouldAgreeWithItself(KeyExchangeMethod method) {
    for (int round = 0; round < 8; round++) {
      KeyPairValue one = KeyAgreement.generate(method, RANDOM);
      KeyPairValue other = KeyAgreement.generate(method, RANDOM);
      Optional<Secret> secret = KeyAgreement.agree(method, one.privateValue(), other.publicValue());
      assertThat(one.publicValue()).hasSize(method.publicOctets());
      assertThat(secret.orElseThrow().length()).isEqualTo(method.secretOctets());
      assertThat(KeyAgreement.agree(method, other.privateValue(), one.publicValue()))
          .isEqualTo(secret);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGoOnWithAPrivateValueThatIsPlainOctets(KeyExchangeMethod method) {
    KeyPairValue one = KeyAgreement.generate(method, RANDOM);
    KeyPairValue other = KeyAgreement.generate(method, RANDOM);
    Secret onAnotherMember = Secret.of(one.privateValue().reveal());
    assertThat(KeyAgreement.agree(method, onAnotherMember, other.publicValue()))
        .isEqualTo(KeyAgreement.agree(method, one.privateValue(), other.publicValue()));
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseAPublicValueOfAnotherLength(KeyExchangeMethod method) {
    KeyPairValue own = KeyAgreement.generate(method, RANDOM);
    for (int octets : new int[] {0, 1, method.publicOctets() - 1, method.publicOctets() + 1}) {
      assertThat(KeyAgreement.agree(method, own.privateValue(), new byte[octets])).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNeverThrowOnRandomPublicValues(KeyExchangeMethod method) {
    KeyPairValue own = KeyAgreement.generate(method, RANDOM);
    for (int round = 0; round < 20; round++) {
      byte[] octets = new byte[method.publicOctets()];
      RANDOM.nextBytes(octets);
      Optional<Secret> secret = KeyAgreement.agree(method, own.privateValue(), octets);
      assertThat(secret.map(Secret::length).orElse(method.secretOctets()))
          .isEqualTo(method.secretOctets());
    }
  }

  @Test
  void shouldRefuseModpValuesOutOfRange() {
    BigInteger two = BigInteger.TWO;
    BigInteger p =
        two.pow(2048)
            .subtract(two.pow(1984))
            .subtract(BigInteger.ONE)
            // 2^64 * ([2^1918 pi] + 124476), RFC 3526 §3
            .add(two.pow(64).multiply(pi1918().add(BigInteger.valueOf(124476))));
    KeyPairValue own = KeyAgreement.generate(MODP_2048, RANDOM);
    for (BigInteger bad :
        new BigInteger[] {
          BigInteger.ZERO, BigInteger.ONE, p.subtract(BigInteger.ONE), p, p.add(BigInteger.ONE)
        }) {
      assertThat(
              KeyAgreement.agree(MODP_2048, own.privateValue(), KeyExchangeGroup.fixed(bad, 256)))
          .isEmpty();
    }
    for (BigInteger good : new BigInteger[] {two, p.subtract(two)}) {
      assertThat(
              KeyAgreement.agree(MODP_2048, own.privateValue(), KeyExchangeGroup.fixed(good, 256)))
          .isPresent();
    }
  }

  /** floor(2^1918 * pi) by Machin's formula. */
  private static BigInteger pi1918() {
    int guard = 64;
    BigInteger one = BigInteger.ONE.shiftLeft(1918 + guard);
    return arctanOfInverse(5, one)
        .multiply(BigInteger.valueOf(16))
        .subtract(arctanOfInverse(239, one).multiply(BigInteger.valueOf(4)))
        .shiftRight(guard);
  }

  private static BigInteger arctanOfInverse(int x, BigInteger one) {
    BigInteger square = BigInteger.valueOf((long) x * x);
    BigInteger power = one.divide(BigInteger.valueOf(x));
    BigInteger sum = BigInteger.ZERO;
    for (int n = 1; power.signum() != 0; n += 2) {
      BigInteger term = power.divide(BigInteger.valueOf(n));
      sum = n % 4 == 1 ? sum.add(term) : sum.subtract(term);
      power = power.divide(square);
    }
    return sum;
  }

  @Test
  void shouldRefuseAPointThatIsNotOnTheCurve() {
    String last = "ac"; // the last octet of y is ab
    String off = P256_GR.substring(0, P256_GR.length() - 2) + last;
    assertThat(agree(ECP_256, P256_I, off)).isEmpty();
    assertThat(agree(ECP_256, P256_I, "00".repeat(64))).isEmpty();
    assertThat(agree(ECP_256, P256_I, "ff".repeat(64))).isEmpty();
    assertThat(agree(ECP_384, P384_I, "00".repeat(96))).isEmpty();
  }

  /** Points of small order, also in a form that is not reduced and with the top bit set. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
      })
  void shouldRefuseASecretOfAllZeros(String peer) {
    assertThat(agree(CURVE25519, X25519_I, peer)).isEmpty();
  }

  private static Optional<String> agree(KeyExchangeMethod method, String own, String peer) {
    HexFormat hex = HexFormat.of();
    return KeyAgreement.agree(method, Secret.of(hex.parseHex(own)), hex.parseHex(peer))
        .map(secret -> hex.formatHex(secret.reveal()));
  }
}
