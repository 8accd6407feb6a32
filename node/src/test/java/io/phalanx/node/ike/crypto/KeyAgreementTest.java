package io.phalanx.node.ike.crypto;

import static io.phalanx.config.suite.KeyExchangeMethod.CURVE25519;
import static io.phalanx.config.suite.KeyExchangeMethod.CURVE448;
import static io.phalanx.config.suite.KeyExchangeMethod.ECP_256;
import static io.phalanx.config.suite.KeyExchangeMethod.ECP_384;
import static io.phalanx.config.suite.KeyExchangeMethod.ECP_521;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.node.ike.crypto.KeyAgreement.KeyPairValue;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyAgreementTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  // RFC 5903 §8.3
  private static final String P521_I =
      "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
          + "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d"
          + "4a52";
  private static final String P521_GR =
      "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
          + "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9"
          + "460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d985207"
          + "7b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd1"
          + "7f0fc56a";
  private static final String P521_SHARED =
      "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
          + "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3"
          + "ddea";

  // RFC 7748 §6.2
  private static final String X448_A =
      "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
          + "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b";
  private static final String X448_B_PUBLIC =
      "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972"
          + "fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609";
  private static final String X448_SHARED =
      "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56"
          + "fd2464c335543936521c24403085d59a449a5037514a879d";

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
  void shouldAgreeAsInRfc5903OnP521() {
    assertThat(agree(ECP_521, P521_I, P521_GR)).contains(P521_SHARED);
  }

  @Test
  void shouldAgreeAsInRfc7748WithX448() {
    assertThat(agree(CURVE448, X448_A, X448_B_PUBLIC)).contains(X448_SHARED);
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
    for (int round = 0; round < rounds(method, 8); round++) {
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
    for (int round = 0; round < rounds(method, 20); round++) {
      byte[] octets = new byte[method.publicOctets()];
      RANDOM.nextBytes(octets);
      Optional<Secret> secret = KeyAgreement.agree(method, own.privateValue(), octets);
      assertThat(secret.map(Secret::length).orElse(method.secretOctets()))
          .isEqualTo(method.secretOctets());
    }
  }

  /** p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + c), RFC 3526 §3 to §7. */
  @ParameterizedTest
  @CsvSource({
    "MODP_2048, 124476",
    "MODP_3072, 1690314",
    "MODP_4096, 240904",
    "MODP_6144, 929484",
    "MODP_8192, 4743158",
  })
  void shouldRefuseModpValuesOutOfRange(KeyExchangeMethod method, long constant) {
    BigInteger two = BigInteger.TWO;
    int octets = method.publicOctets();
    int bits = octets * 8;
    BigInteger p =
        two.pow(bits)
            .subtract(two.pow(bits - 64))
            .subtract(BigInteger.ONE)
            .add(two.pow(64).multiply(pi(bits - 130).add(BigInteger.valueOf(constant))));
    KeyPairValue own = KeyAgreement.generate(method, RANDOM);
    for (BigInteger bad :
        new BigInteger[] {
          BigInteger.ZERO, BigInteger.ONE, p.subtract(BigInteger.ONE), p, p.add(BigInteger.ONE)
        }) {
      assertThat(
              KeyAgreement.agree(method, own.privateValue(), KeyExchangeGroup.fixed(bad, octets)))
          .isEmpty();
    }
    for (BigInteger good : new BigInteger[] {two, p.subtract(two)}) {
      assertThat(
              KeyAgreement.agree(method, own.privateValue(), KeyExchangeGroup.fixed(good, octets)))
          .isPresent();
    }
    assertThat(new BigInteger(1, own.publicValue()))
        .as("2^x mod this p")
        .isEqualTo(two.modPow(new BigInteger(1, own.privateValue().reveal()), p));
  }

  /** floor(2^bits * pi) by Machin's formula. */
  private static BigInteger pi(int bits) {
    int guard = 64;
    BigInteger one = BigInteger.ONE.shiftLeft(bits + guard);
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
    assertThat(agree(ECP_521, P521_I, "00".repeat(132))).isEmpty();
    assertThat(agree(ECP_521, P521_I, "ff".repeat(132))).isEmpty();
    assertThat(agree(ECP_521, P521_I, P521_GR.substring(0, 262) + "00")).isEmpty();
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

  /** The same multiples as the JDK's own key pairs have,. */
  @ParameterizedTest
  @CsvSource({"ECP_256, secp256r1", "ECP_384, secp384r1", "ECP_521, secp521r1"})
  void shouldMakeKeyPairsThatOthersAgreeWith(KeyExchangeMethod method, String curve)
      throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
    generator.initialize(new ECGenParameterSpec(curve));
    for (int round = 0; round < 3; round++) {
      KeyPair theirs = generator.generateKeyPair();
      KeyPairValue ours = KeyAgreement.generate(method, RANDOM);
      int half = method.publicOctets() / 2;
      ECPublicKey theirPublic = (ECPublicKey) theirs.getPublic();
      ECPoint point =
          new ECPoint(
              new BigInteger(1, Arrays.copyOf(ours.publicValue(), half)),
              new BigInteger(1, Arrays.copyOfRange(ours.publicValue(), half, 2 * half)));
      javax.crypto.KeyAgreement agreement = javax.crypto.KeyAgreement.getInstance("ECDH", "SunEC");
      agreement.init(theirs.getPrivate());
      agreement.doPhase(
          KeyFactory.getInstance("EC", "SunEC")
              .generatePublic(new ECPublicKeySpec(point, theirPublic.getParams())),
          true);
      byte[] peer = new byte[2 * half];
      System.arraycopy(
          KeyExchangeGroup.fixed(theirPublic.getW().getAffineX(), half), 0, peer, 0, half);
      System.arraycopy(
          KeyExchangeGroup.fixed(theirPublic.getW().getAffineY(), half), 0, peer, half, half);
      assertThat(KeyAgreement.agree(method, ours.privateValue(), peer))
          .contains(Secret.of(agreement.generateSecret()));
    }
  }

  /** Points of small order of Curve448: 0, 1, p - 1, and p and p + 1, which are not reduced. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "000000000000000000000000",
        "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffff"
            + "ffffffffffffffffffffffff",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffff"
            + "ffffffffffffffffffffffff",
        "00000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffff"
            + "ffffffffffffffffffffffff",
      })
  void shouldRefuseASecretOfAllZerosOnCurve448(String peer) {
    assertThat(agree(CURVE448, X448_A, peer)).isEmpty();
  }

  /** Large numbers take their time. */
  private static int rounds(KeyExchangeMethod method, int usual) {
    return method.publicOctets() > 256 ? 1 : usual;
  }

  private static Optional<String> agree(KeyExchangeMethod method, String own, String peer) {
    HexFormat hex = HexFormat.of();
    return KeyAgreement.agree(method, Secret.of(hex.parseHex(own)), hex.parseHex(peer))
        .map(secret -> hex.formatHex(secret.reveal()));
  }
}
