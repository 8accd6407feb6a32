package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.CipherMode;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.NonceSource;
import io.phalanx.node.ike.wire.Decoded.Reason;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SkCipherTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** RFC 7634 appendix B. */
  private static final String RFC7634_MESSAGE =
      """
      c0c1c2c3c4c5c6c7 d0d1d2d3d4d5d6d7 2e202500 00000009 00000045
      29000029 1011121314151617 610394701f8d017f7c12924889 6b71bfe25236efd7cdc67066906315b2
      """;

  private static final Secret RFC7634_KEY =
      Secret.of(
          hex(
              """
              808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f
              a0a1a2a3
              """));

  private static final IkeHeader RFC7634_HEADER =
      new IkeHeader(
          0xc0c1c2c3c4c5c6c7L, 0xd0d1d2d3d4d5d6d7L, ExchangeType.INFORMATIONAL, false, false, 9);

  static Stream<IkeSuite> suites() {
    return Stream.of(EncryptionAlgorithm.values())
        .filter(EncryptionAlgorithm::encrypts)
        .flatMap(SkCipherTest::suites);
  }

  /** The longest key, with every integrity algorithm where there has to be one. */
  private static Stream<IkeSuite> suites(EncryptionAlgorithm algorithm) {
    Stream<Optional<IntegrityAlgorithm>> integrity =
        algorithm.combinedMode()
            ? Stream.of(Optional.empty())
            : Stream.of(IntegrityAlgorithm.values()).map(Optional::of);
    return integrity.map(
        each ->
            new IkeSuite(
                algorithm,
                algorithm.keyBits().getLast(),
                each,
                PseudoRandomFunction.HMAC_SHA2_256,
                KeyExchangeMethod.CURVE25519));
  }

  @Test
  void shouldOpenTheExampleOfRfc7634() {
    SkCipher cipher = new SkCipher(Samples.CHACHA, RFC7634_KEY, Secret.EMPTY);
    Payload window = Payload.Notify.of(NotifyType.SET_WINDOW_SIZE, hex("0000000a"));
    assertThat(cipher.decrypt(hex(RFC7634_MESSAGE)))
        .usingRecursiveComparison()
        .isEqualTo(new Decoded.Ok(new IkeMessage(RFC7634_HEADER, List.of(window))));
  }

  @Test
  void shouldWriteTheExampleOfRfc7634() {
    SkCipher cipher = new SkCipher(Samples.CHACHA, RFC7634_KEY, Secret.EMPTY);
    Payload window = Payload.Notify.of(NotifyType.SET_WINDOW_SIZE, hex("0000000a"));
    byte[] message =
        cipher.encrypt(RFC7634_HEADER, List.of(window), counting(0x1011121314151617L), RANDOM);
    assertThat(message).isEqualTo(hex(RFC7634_MESSAGE));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldReadBackWhatItWrites(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    byte[] message = cipher.encrypt(Samples.AUTH_HEADER, Samples.auth(), counting(1), RANDOM);
    assertThat(cipher.decrypt(message))
        .usingRecursiveComparison()
        .isEqualTo(new Decoded.Ok(new IkeMessage(Samples.AUTH_HEADER, Samples.auth())));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldCarryNoPayloadAtAll(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    byte[] message = cipher.encrypt(Samples.AUTH_HEADER, List.of(), counting(1), RANDOM);
    assertThat(cipher.decrypt(message))
        .isEqualTo(new Decoded.Ok(new IkeMessage(Samples.AUTH_HEADER, List.of())));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldDropAMessageWithAnyBitChanged(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    byte[] message = small(cipher);
    for (int bit = 0; bit < message.length * 8; bit++) {
      byte[] tampered = message.clone();
      tampered[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(cipher.decrypt(tampered)).isInstanceOf(Decoded.Drop.class);
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldDropAMessageOfAnyOtherLength(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    byte[] message = small(cipher);
    for (int length = 0; length < message.length + 40; length++) {
      byte[] cut = Arrays.copyOf(message, length);
      if (length >= IkeHeader.OCTETS + PayloadChain.GENERIC_HEADER_OCTETS) {
        HeaderCodec.setLength(cut, length);
        cut[IkeHeader.OCTETS + 2] = (byte) ((length - IkeHeader.OCTETS) >>> 8);
        cut[IkeHeader.OCTETS + 3] = (byte) (length - IkeHeader.OCTETS);
      }
      if (length != message.length) {
        assertThat(cipher.decrypt(cut)).isInstanceOf(Decoded.Drop.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldDropWhatTheOtherSideSent(IkeSuite suite) {
    byte[] message = small(cipher(suite));
    SkCipher other =
        new SkCipher(
            suite,
            Secret.of(new byte[suite.encryptionKeyOctets()]),
            Secret.of(new byte[suite.integrityKeyOctets()]));
    assertThat(other.decrypt(message)).isEqualTo(new Decoded.Drop(Reason.NOT_AUTHENTIC));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldAnswerASyntaxErrorInsideAnAuthenticMessage(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    byte[] message =
        cipher.encrypt(
            Samples.AUTH_HEADER, List.of(new Payload.Nonce(new byte[3])), counting(1), RANDOM);
    assertThat(cipher.decrypt(message))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid -> assertThat(invalid.type()).isEqualTo(NotifyType.INVALID_SYNTAX));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldAnswerAnUnknownCriticalPayloadInsideAnAuthenticMessage(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    Payload unknown = new Payload.Unknown(99, true, new byte[5]);
    byte[] message = cipher.encrypt(Samples.AUTH_HEADER, List.of(unknown), counting(1), RANDOM);
    assertThat(cipher.decrypt(message))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid -> {
              assertThat(invalid.type()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
              assertThat(invalid.data()).containsExactly(99);
            });
  }

  @Test
  void shouldRefuseAPadLengthThatIsLongerThanThePlaintext() {
    assertThat(openedRaw("0000000c 00004001 0000000a ff", 41)).isInstanceOf(Decoded.Invalid.class);
  }

  @Test
  void shouldNotCareWhatThePaddingHolds() {
    assertThat(openedRaw("0000000c 00004001 0000000a abcdef 03", 41))
        .isInstanceOf(Decoded.Ok.class);
  }

  @Test
  void shouldRefuseAnEncryptedPayloadInsideAnother() {
    assertThat(openedRaw("00000008 01020304 00", 46)).isInstanceOf(Decoded.Invalid.class);
  }

  @Test
  void shouldDropAMessageWithoutAnEncryptedPayload() {
    byte[] plain = MessageCodec.encode(Samples.init());
    assertThat(cipher(Samples.GCM).decrypt(plain))
        .isEqualTo(new Decoded.Drop(Reason.NOT_ENCRYPTED));
  }

  @Test
  void shouldPadCbcToWholeBlocks() {
    SkCipher cipher = cipher(Samples.CBC);
    for (int octets = 0; octets < 40; octets++) {
      List<Payload> payloads = List.of(new Payload.VendorId(new byte[octets]));
      byte[] message = cipher.encrypt(Samples.AUTH_HEADER, payloads, counting(1), RANDOM);
      assertThat((message.length - 28 - 4 - 16 - 16) % 16).isZero();
      assertThat(cipher.decrypt(message)).isInstanceOf(Decoded.Ok.class);
    }
  }

  static Stream<IkeSuite> suitesWithACounterAsIv() {
    return suites().filter(suite -> suite.encryption().mode().iv() == CipherMode.Iv.COUNTER);
  }

  @ParameterizedTest
  @MethodSource("suitesWithACounterAsIv")
  void shouldTakeEveryExplicitIvFromTheNonceSource(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    NonceSource nonces = counting(0x00ab_bbbc_0000_0000L);
    byte[] first = cipher.encrypt(Samples.AUTH_HEADER, List.of(), nonces, RANDOM);
    byte[] second = cipher.encrypt(Samples.AUTH_HEADER, List.of(), nonces, RANDOM);
    assertThat(Arrays.copyOfRange(first, 32, 40)).isEqualTo(hexLong(0x00ab_bbbc_0000_0000L));
    assertThat(Arrays.copyOfRange(second, 32, 40)).isEqualTo(hexLong(0x00ab_bbbc_0000_0001L));
  }

  @Test
  void shouldRefuseKeysOfTheWrongLength() {
    Secret key = Secret.of(new byte[32]);
    assertThatThrownBy(() -> new SkCipher(Samples.GCM, key, Secret.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldNeverThrowOnRandomOctets() {
    Random random = new Random(5282);
    List<SkCipher> ciphers = suites().map(SkCipherTest::cipher).toList();
    byte[] message = small(ciphers.getFirst());
    for (int round = 0; round < 30_000; round++) {
      byte[] octets = Arrays.copyOf(message, IkeHeader.OCTETS + random.nextInt(120));
      for (int at = IkeHeader.OCTETS; at < octets.length; at++) {
        octets[at] = (byte) random.nextInt();
      }
      HeaderCodec.setLength(octets, octets.length);
      assertThat(ciphers.get(round % ciphers.size()).decrypt(octets))
          .isInstanceOf(Decoded.Drop.class);
    }
  }

  /** Seals a plaintext as it is, so that what is wrong with it is authentic. */
  private static Decoded openedRaw(String plaintext, int innerType) {
    IkeSuite suite = Samples.GCM;
    Secret key = Secret.of(filled(suite.encryptionKeyOctets()));
    AeadProtection protection = new AeadProtection(suite.encryption(), key);
    byte[] octets = hex(plaintext);
    int bodyOctets = octets.length + protection.overheadOctets();
    Writer head = new Writer();
    HeaderCodec.encode(Samples.AUTH_HEADER, PayloadType.ENCRYPTED, head);
    head.u8(innerType).u8(0).u16(PayloadChain.GENERIC_HEADER_OCTETS + bodyOctets);
    byte[] headOctets = head.toBytes();
    HeaderCodec.setLength(headOctets, headOctets.length + bodyOctets);
    byte[] body = protection.seal(headOctets, octets, counting(1), RANDOM);
    byte[] message = new Writer().bytes(headOctets).bytes(body).toBytes();
    return new SkCipher(suite, key, Secret.EMPTY).decrypt(message);
  }

  private static byte[] small(SkCipher cipher) {
    return cipher.encrypt(
        Samples.AUTH_HEADER, List.of(Notifies.rekeySa(0x01020304)), counting(1), RANDOM);
  }

  private static SkCipher cipher(IkeSuite suite) {
    return new SkCipher(
        suite,
        Secret.of(filled(suite.encryptionKeyOctets())),
        Secret.of(filled(suite.integrityKeyOctets())));
  }

  private static byte[] filled(int octets) {
    byte[] key = new byte[octets];
    Arrays.fill(key, (byte) 0x5a);
    return key;
  }

  private static byte[] hexLong(long value) {
    return Notifies.spiOf(value);
  }

  private static NonceSource counting(long first) {
    return new NonceSource() {
      private long next = first;

      @Override
      public long next() {
        return next++;
      }

      @Override
      public long reserve(int count) {
        next += count;
        return next - count;
      }
    };
  }
}
