package io.phalanx.datapath.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.flow.Suites;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PacketCipherTest {
  private static final int OFFSET = 3; // nothing may depend on where in an array a packet stands
  private static final PacketCiphers FASTEST = PacketCiphers.fastest();

  static Stream<Arguments> suites() {
    return Stream.of(FASTEST, PacketCiphers.jdk())
        .flatMap(ciphers -> Suites.all().stream().map(suite -> Arguments.of(ciphers, suite)));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldOpenWhatItSealed(PacketCiphers ciphers, EspSuite suite) {
    PacketCipher sealer = cipher(ciphers, suite);
    PacketCipher opener = cipher(ciphers, suite);
    for (int length = 0; length < 2000; length += 1 + length / 7) {
      long sequence = (7L << 32) + length;
      byte[] inner = octets(length, length);
      byte[] packet = seal(sealer, inner, sequence, length);
      assertThat(open(opener, packet, sequence)).isTrue();
      assertThat(inner(opener, packet)).isEqualTo(inner);
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldRefuseEveryFlippedBitAndThenOpenTheGenuineOne(PacketCiphers ciphers, EspSuite suite) {
    PacketCipher opener = cipher(ciphers, suite);
    byte[] inner = octets(30, 1);
    byte[] packet = seal(cipher(ciphers, suite), inner, 42, 1);
    for (int bit = 0; bit < packet.length * 8; bit++) {
      byte[] flipped = packet.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      boolean inSequence = bit / 8 >= EspPacket.SEQUENCE && bit / 8 < EspPacket.IV;
      if (suite.encryption().combinedMode() && inSequence) {
        continue; // the caller's number counts there, not the one in the packet
      }
      assertThat(open(opener, flipped, 42)).as("bit %d", bit).isFalse();
    }
    assertThat(open(opener, packet, 42)).isTrue();
    assertThat(inner(opener, packet)).isEqualTo(inner);
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldRefuseEveryOtherLength(PacketCiphers ciphers, EspSuite suite) {
    PacketCipher opener = cipher(ciphers, suite);
    byte[] packet = seal(cipher(ciphers, suite), octets(60, 2), 42, 1);
    for (int length = 0; length <= packet.length + 40; length++) {
      byte[] cut = Arrays.copyOf(packet, length);
      assertThat(open(opener, cut, 42)).as("length %d", length).isEqualTo(length == packet.length);
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldProtectTheHighHalfOfTheNumber(PacketCiphers ciphers, EspSuite suite) {
    byte[] packet = seal(cipher(ciphers, suite), octets(60, 2), 42, 1);
    long otherHigh = 42 + (1L << 32);
    assertThat(open(cipher(ciphers, suite), packet, otherHigh))
        .isEqualTo(!suite.extendedSequenceNumbers());
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldRefuseOtherKeys(PacketCiphers ciphers, EspSuite suite) {
    byte[] packet = seal(cipher(ciphers, suite), octets(60, 2), 42, 1);
    PacketCipher other =
        ciphers.create(
            suite,
            Suites.key(suite, 2),
            Suites.integrityKey(suite, 2),
            suite.extendedSequenceNumbers());
    assertThat(open(other, packet, 42)).isFalse();
    assertThatThrownBy(() -> ciphers.create(suite, Secret.of(new byte[5]), Secret.EMPTY, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseToSealTwiceUnderOneNonce() {
    PacketCipher sealer = cipher(FASTEST, Suites.gcm(false));
    seal(sealer, octets(10, 1), 1, 77);
    assertThatThrownBy(() -> seal(sealer, octets(10, 2), 2, 77))
        .isInstanceOf(IllegalStateException.class);
  }

  /** RFC 7634 appendix A. */
  @Test
  void shouldSealTheExampleOfRfc7634() {
    EspSuite suite =
        new EspSuite(
            EncryptionAlgorithm.CHACHA20_POLY1305, 256, Optional.empty(), Optional.empty(), false);
    String key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";
    String salt = "a0a1a2a3";
    String inner =
        "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
            + "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
            + "2425262728292a2b2c2d2e2f3031323334353637";
    String packet =
        "0102030400000005101112131415161724039428b97f417e3c13753a4f05087b"
            + "67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7"
            + "2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da"
            + "9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43";
    PacketCipher cipher = FASTEST.create(suite, Secret.of(hex(key + salt)), Secret.EMPTY, false);
    byte[] sealed = new byte[200];
    EspPacket.putHeader(sealed, 0, 0x01020304, 5);
    EspPacket.putLong(sealed, 8, 0x1011121314151617L);
    System.arraycopy(hex(inner), 0, sealed, 16, 84);
    int total = cipher.seal(sealed, 0, EspPacket.putTrailer(sealed, 16, 84, 4, 4), 5);
    assertThat(HexFormat.of().formatHex(sealed, 0, total)).isEqualTo(packet);
  }

  /** RFC 3602 §4 case 7, which has no ICV: the rest is compared. */
  @Test
  void shouldEncryptTheExampleOfRfc3602() {
    EspSuite suite = cbc(128, IntegrityAlgorithm.HMAC_SHA2_256_128);
    String inner =
        "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d"
            + "02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
            + "2425262728292a2b2c2d2e2f3031323334353637";
    String packet =
        "0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c44922"
            + "5e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad"
            + "7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2"
            + "201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d";
    PacketCipher cipher =
        FASTEST.create(
            suite,
            Secret.of(hex("0123456789abcdef0123456789abcdef")),
            Suites.integrityKey(suite, 1),
            false);
    byte[] sealed = new byte[200];
    EspPacket.putHeader(sealed, 0, 0x8765, 2);
    System.arraycopy(hex("f4e765244f6407adf13dc1380f673f37"), 0, sealed, 8, 16);
    System.arraycopy(hex(inner), 0, sealed, 24, 84);
    int total = cipher.seal(sealed, 0, EspPacket.putTrailer(sealed, 24, 84, 16, 4), 2);
    assertThat(HexFormat.of().formatHex(sealed, 0, total - 16)).isEqualTo(packet);
  }

  /** The ICV of RFC 4303 §2.2.1, computed here from its words. */
  @Test
  void shouldLetTheHighHalfFollowWhatTheIcvCovers() throws Exception {
    for (boolean extended : List.of(false, true)) {
      EspSuite suite =
          new EspSuite(
              EncryptionAlgorithm.AES_CBC,
              256,
              Optional.of(IntegrityAlgorithm.HMAC_SHA2_512_256),
              Optional.empty(),
              extended);
      byte[] packet = seal(cipher(FASTEST, suite), octets(20, 1), (9L << 32) + 5, 1);
      Mac mac = Mac.getInstance("HmacSHA512");
      mac.init(new SecretKeySpec(Suites.integrityKey(suite, 1).reveal(), "HmacSHA512"));
      mac.update(packet, 0, packet.length - 32);
      byte[] icv = extended ? mac.doFinal(hex("00000009")) : mac.doFinal();
      assertThat(Arrays.copyOfRange(packet, packet.length - 32, packet.length))
          .isEqualTo(Arrays.copyOf(icv, 32));
    }
  }

  /** Nonce and associated data of RFC 4106 §4 and §5, computed here from its words. */
  @Test
  void shouldBuildNonceAndAssociatedDataAsRfc4106Says() throws Exception {
    for (boolean extended : List.of(false, true)) {
      EspSuite suite = Suites.gcm(extended);
      long sequence = (9L << 32) + 5;
      byte[] inner = octets(21, 1);
      byte[] packet = seal(cipher(FASTEST, suite), inner, sequence, 0x0102030405060708L);
      byte[] key = Suites.key(suite, 1).reveal();
      byte[] nonce = hex("000000000102030405060708");
      System.arraycopy(key, 16, nonce, 0, 4);
      ByteBuffer associated = ByteBuffer.allocate(extended ? 12 : 8).putInt(0x11223344);
      byte[] data = (extended ? associated.putLong(sequence) : associated.putInt(5)).array();
      Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(key, 0, 16, "AES"),
          new GCMParameterSpec(128, nonce));
      gcm.updateAAD(data);
      byte[] payload = gcm.doFinal(packet, 16, packet.length - 16);
      assertThat(Arrays.copyOf(payload, 21)).isEqualTo(inner);
      assertThat(Arrays.copyOfRange(payload, 21, 24)).isEqualTo(hex("010104"));
    }
  }

  /** AES-CCM of RFC 4309, computed here from the words of it and of RFC 3610 §2. */
  @Test
  void shouldBuildNonceAndBlocksAsRfc4309Says() throws Exception {
    for (int icvOctets : List.of(8, 12, 16)) {
      EncryptionAlgorithm algorithm = EncryptionAlgorithm.valueOf("AES_CCM_" + icvOctets);
      EspSuite suite = new EspSuite(algorithm, 128, Optional.empty(), Optional.empty(), true);
      long sequence = (9L << 32) + 5;
      byte[] packet = seal(cipher(FASTEST, suite), octets(14, 1), sequence, 0x0102030405060708L);
      byte[] key = Suites.key(suite, 1).reveal();
      byte[] nonce = Arrays.copyOfRange(key, 16, 16 + 11);
      System.arraycopy(hex("0102030405060708"), 0, nonce, 3, 8);
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 16, "AES"));
      byte[] payload = Arrays.copyOfRange(packet, 16, 32);
      xor(payload, aes.doFinal(block(3, nonce, 1)));
      assertThat(payload).startsWith(octets(14, 1)).endsWith(0, 4);
      byte[] code = aes.doFinal(block(0x43 + 4 * (icvOctets - 2), nonce, 16));
      xor(code, hex("000c" + "11223344" + "0000000900000005" + "0000"));
      code = aes.doFinal(code);
      xor(code, payload);
      code = aes.doFinal(code);
      xor(code, aes.doFinal(block(3, nonce, 0)));
      assertThat(Arrays.copyOfRange(packet, 32, packet.length))
          .isEqualTo(Arrays.copyOf(code, icvOctets));
    }
  }

  private static byte[] block(int flags, byte[] nonce, int number) {
    return ByteBuffer.allocate(16).put((byte) flags).put(nonce).putInt(number).array();
  }

  private static void xor(byte[] left, byte[] right) {
    for (int at = 0; at < left.length; at++) {
      left[at] ^= right[at];
    }
  }

  /** RFC 4543 §3: all of the packet is associated data, computed here from its words. */
  @Test
  void shouldAuthenticateAllOfThePacketAsRfc4543Says() throws Exception {
    for (boolean extended : List.of(false, true)) {
      EspSuite suite =
          new EspSuite(
              EncryptionAlgorithm.NULL_AUTH_AES_GMAC,
              256,
              Optional.empty(),
              Optional.empty(),
              extended);
      byte[] inner = octets(3000, 1);
      byte[] packet = seal(cipher(FASTEST, suite), inner, (9L << 32) + 5, 7);
      assertThat(Arrays.copyOfRange(packet, 16, 16 + inner.length)).isEqualTo(inner);
      byte[] key = Suites.key(suite, 1).reveal();
      byte[] nonce = hex("000000000000000000000007");
      System.arraycopy(key, 32, nonce, 0, 4);
      Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, 0, 32, "AES"),
          new GCMParameterSpec(128, nonce));
      gcm.updateAAD(hex(extended ? "112233440000000900000005" : "1122334400000005"));
      gcm.updateAAD(packet, 8, packet.length - 8 - 16);
      assertThat(Arrays.copyOfRange(packet, packet.length - 16, packet.length))
          .isEqualTo(gcm.doFinal());
    }
  }

  @Test
  void shouldSendAPacketOfNullEncryptionInTheClear() {
    EspSuite suite =
        new EspSuite(
            EncryptionAlgorithm.NULL,
            0,
            Optional.of(IntegrityAlgorithm.AES_XCBC_96),
            Optional.empty(),
            false);
    byte[] inner = octets(21, 1);
    byte[] packet = seal(cipher(FASTEST, suite), inner, 5, 7);
    assertThat(packet).hasSize(8 + 24 + 12);
    assertThat(Arrays.copyOfRange(packet, 8, 29)).isEqualTo(inner);
    assertThat(Arrays.copyOfRange(packet, 29, 32)).isEqualTo(hex("010104"));
  }

  private static EspSuite cbc(int bits, IntegrityAlgorithm integrity) {
    return new EspSuite(
        EncryptionAlgorithm.AES_CBC, bits, Optional.of(integrity), Optional.empty(), false);
  }

  private static PacketCipher cipher(PacketCiphers ciphers, EspSuite suite) {
    return ciphers.create(
        suite,
        Suites.key(suite, 1),
        Suites.integrityKey(suite, 1),
        suite.extendedSequenceNumbers());
  }

  private static byte[] seal(PacketCipher cipher, byte[] inner, long sequence, long iv) {
    byte[] packet = new byte[OFFSET + inner.length + 200];
    EspPacket.putHeader(packet, OFFSET, 0x11223344, sequence);
    EspPacket.putLong(packet, OFFSET + EspPacket.IV, iv);
    int payload = OFFSET + EspPacket.IV + cipher.ivOctets();
    System.arraycopy(inner, 0, packet, payload, inner.length);
    int sealed = EspPacket.putTrailer(packet, payload, inner.length, cipher.alignOctets(), 4);
    int total = cipher.seal(packet, OFFSET, sealed, sequence);
    return Arrays.copyOfRange(packet, OFFSET, OFFSET + total);
  }

  private static boolean open(PacketCipher cipher, byte[] packet, long sequence) {
    byte[] shifted = new byte[packet.length + OFFSET];
    System.arraycopy(packet, 0, shifted, OFFSET, packet.length);
    boolean authentic = cipher.open(shifted, OFFSET, packet.length, sequence);
    System.arraycopy(shifted, OFFSET, packet, 0, packet.length);
    return authentic;
  }

  /** The inner packet of an opened one. */
  private static byte[] inner(PacketCipher cipher, byte[] packet) {
    int payload = EspPacket.IV + cipher.ivOctets();
    int length = packet.length - cipher.overheadOctets();
    int inner = EspPacket.innerLength(packet, payload, length);
    return Arrays.copyOfRange(packet, payload, payload + inner);
  }

  private static byte[] octets(int count, int seed) {
    byte[] octets = new byte[count];
    new Random(seed).nextBytes(octets);
    return octets;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
