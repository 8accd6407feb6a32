package io.phalanx.node.ike.crypto;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.node.ike.crypto.KeyDerivation.Exchange;
import io.phalanx.node.vectors.SharedVectors;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks against vectors of NIST, RFCs, Wycheproof and strongSwan where they are present. What is
 * not looked at, as we do not speak it: groups 1, 2 and 5, 22 to 24 (modpsub), 25 and 26, those of
 * Brainpool (ecpbp), and ML-KEM.
 */
class SharedVectorsIfPresentTest {
  @Test
  void shouldDeriveAsNistDoes() {
    SharedVectors.json("03-kat/nist/ikev2-kdf.dev.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> vector : maps(file, "vectors")) {
                PseudoRandomFunction prf = PseudoRandomFunction.valueOf(text(vector, "prf"));
                byte[] key = hex(vector, "key");
                byte[] salt = hex(vector, "salt");
                byte[] out = hex(vector, "out");
                Secret actual =
                    text(vector, "kind").startsWith("SKEYSEED")
                        ? Prf.of(prf, Secret.of(salt), key)
                        : Prf.plus(prf, Secret.of(key), out.length, salt);
                assertThat(actual.reveal()).as(text(vector, "kind")).isEqualTo(out);
              }
            });
  }

  @Test
  void shouldAuthenticateAsAndroidDoes() {
    SharedVectors.json("02-android/kat-prf.json")
        .ifPresent(
            file -> {
              assertThat(maps(file, "prf")).isNotEmpty();
              for (Map<?, ?> vector : maps(file, "prf")) {
                PseudoRandomFunction prf = PseudoRandomFunction.valueOf(text(vector, "prf"));
                Secret key = Secret.of(hex(vector, "key"));
                assertThat(Prf.of(prf, key, hex(vector, "data")).reveal())
                    .isEqualTo(hex(vector, "out"));
              }
            });
  }

  /** SKEYSEED is not to be seen, but what prf+ makes of it is. */
  @Test
  void shouldSeedKeysAsAndroidDoes() {
    SharedVectors.json("02-android/kat-prf.json")
        .ifPresent(
            file -> {
              assertThat(maps(file, "skeyseed")).hasSizeGreaterThan(2);
              for (Map<?, ?> vector : maps(file, "skeyseed")) {
                PseudoRandomFunction prf = PseudoRandomFunction.valueOf(text(vector, "prf"));
                IkeSuite suite =
                    new IkeSuite(
                        EncryptionAlgorithm.AES_GCM_16,
                        128,
                        Optional.empty(),
                        prf,
                        KeyExchangeMethod.MODP_2048);
                Secret shared = Secret.of(hex(vector, "g_ir"));
                Exchange exchange = new Exchange(hex(vector, "ni"), hex(vector, "nr"), 1, 2);
                Secret keyOfChildren =
                    vector.containsKey("sk_d_old")
                        ? KeyDerivation.rekeyed(
                                suite, prf, Secret.of(hex(vector, "sk_d_old")), shared, exchange)
                            .d()
                        : KeyDerivation.initial(suite, shared, exchange).d();
                assertThat(keyOfChildren)
                    .isEqualTo(
                        Prf.plus(
                            prf,
                            Secret.of(hex(vector, "skeyseed")),
                            prf.outputOctets(),
                            exchange.initiatorNonce(),
                            exchange.responderNonce(),
                            ByteBuffer.allocate(16).putLong(1).putLong(2).array()));
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "CURVE25519, 03-kat/wycheproof/x25519_test.json",
    "ECP_256, 03-kat/wycheproof/ecdh_secp256r1_ecpoint_test.json",
    "ECP_384, 03-kat/wycheproof/ecdh_secp384r1_ecpoint_test.json",
  })
  void shouldAgreeAsWycheproofAsks(KeyExchangeMethod method, String name) {
    SharedVectors.json(name)
        .ifPresent(
            file -> {
              for (Map<?, ?> group : maps(file, "testGroups")) {
                for (Map<?, ?> test : maps(group, "tests")) {
                  assertAgrees(method, test);
                }
              }
            });
  }

  private static void assertAgrees(KeyExchangeMethod method, Map<?, ?> test) {
    byte[] peer = hex(test, "public");
    byte[] own = hex(test, "private");
    if (method != KeyExchangeMethod.CURVE25519) {
      if (peer.length == 0 || peer[0] != 4) {
        return; // IKE has no compressed points, and no octet that tells
      }
      peer = Arrays.copyOfRange(peer, 1, peer.length);
      own = KeyExchangeGroup.fixed(new BigInteger(1, own), method.secretOctets());
    }
    byte[] shared = hex(test, "shared");
    // On the NIST curves x = 0 is a point like others.
    boolean zero =
        method == KeyExchangeMethod.CURVE25519 && new BigInteger(1, shared).signum() == 0;
    Optional<byte[]> actual = KeyAgreement.agree(method, Secret.of(own), peer).map(Secret::reveal);
    if (text(test, "result").equals("invalid") || zero) {
      assertThat(actual).as(text(test, "comment")).isEmpty();
    } else {
      assertThat(actual).as(text(test, "comment")).hasValue(shared);
    }
  }

  @Test
  void shouldAgreeAsRfc5903() {
    Map<String, KeyExchangeMethod> methods =
        Map.of(
            "19", KeyExchangeMethod.ECP_256,
            "20", KeyExchangeMethod.ECP_384,
            "21", KeyExchangeMethod.ECP_521);
    SharedVectors.json("03-kat/rfc/rfc5903-ecp.json")
        .ifPresent(
            file -> {
              for (Map<?, ?> vector : maps(file, "vectors")) {
                KeyExchangeMethod method =
                    Objects.requireNonNull(methods.get(text(vector, "group")));
                Secret shared = Secret.of(hex(vector, "shared_secret"));
                assertThat(
                        KeyAgreement.agree(
                            method, Secret.of(hex(vector, "i")), hex(vector, "ke_data_r")))
                    .contains(shared);
                assertThat(
                        KeyAgreement.agree(
                            method, Secret.of(hex(vector, "r")), hex(vector, "ke_data_i")))
                    .contains(shared);
              }
            });
  }

  @Test
  void shouldAgreeAsRfc8031() {
    SharedVectors.json("03-kat/rfc/rfc8031-curve25519.json")
        .ifPresent(
            file ->
                assertThat(
                        KeyAgreement.agree(
                            KeyExchangeMethod.CURVE25519,
                            Secret.of(hex(file, "private_i")),
                            hex(file, "public_r")))
                    .contains(Secret.of(hex(file, "shared"))));
  }

  @ParameterizedTest
  @CsvSource({
    "MODP_2048, MODP_2048_BIT, 03-kat/strongswan-test-vectors/modp.json",
    "ECP_256, ECP_256_BIT, 03-kat/strongswan-test-vectors/ecp.json",
    "MODP_3072, MODP_3072_BIT, 03-kat/strongswan-test-vectors/modp.json",
    "MODP_4096, MODP_4096_BIT, 03-kat/strongswan-test-vectors/modp.json",
    "MODP_6144, MODP_6144_BIT, 03-kat/strongswan-test-vectors/modp.json",
    "MODP_8192, MODP_8192_BIT, 03-kat/strongswan-test-vectors/modp.json",
    "ECP_384, ECP_384_BIT, 03-kat/strongswan-test-vectors/ecp.json",
    "ECP_521, ECP_521_BIT, 03-kat/strongswan-test-vectors/ecp.json",
    "CURVE448, CURVE_448, 03-kat/strongswan-test-vectors/curve448.json",
    "CURVE25519, CURVE_25519, 03-kat/strongswan-test-vectors/curve25519.json",
  })
  void shouldAgreeAsStrongswanDoes(KeyExchangeMethod method, String theirName, String name) {
    SharedVectors.json(name)
        .ifPresent(
            file ->
                maps(file, "vectors").stream()
                    .filter(vector -> text(vector, "method").equals(theirName))
                    .forEach(
                        vector -> {
                          byte[] seed = hex(vector, "seed");
                          Secret own = Secret.of(seed, 0, seed.length / 2);
                          Secret other = Secret.of(seed, seed.length / 2, seed.length);
                          byte[] shared = hex(vector, "shared");
                          assertThat(KeyAgreement.agree(method, own, hex(vector, "pub_r")))
                              .contains(Secret.of(shared));
                          assertThat(KeyAgreement.agree(method, other, hex(vector, "pub_i")))
                              .contains(Secret.of(shared));
                        }));
  }
}
