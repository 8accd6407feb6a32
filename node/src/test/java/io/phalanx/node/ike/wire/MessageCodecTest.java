package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Decoded.Reason;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private static final int VERSION = 17;
  private static final int FLAGS = 19;
  private static final int FLAG_RESPONSE = 0x20;

  /** IKE_SA_INIT request with a nonce and nothing else. */
  private static final String NONCE_ALONE =
      """
      0102030405060708 0000000000000000
      28 20 22 08  00000000  00000030
      00 00 0014 000102030405060708090a0b0c0d0e0f
      """;

  @Test
  void shouldWriteTheGolden() {
    byte[] nonce = hex("000102030405060708090a0b0c0d0e0f");
    IkeMessage message = new IkeMessage(Samples.INIT_HEADER, List.of(new Payload.Nonce(nonce)));
    assertThat(MessageCodec.encode(message)).isEqualTo(hex(NONCE_ALONE));
  }

  @Test
  void shouldReadBackWhatItWrites() {
    IkeMessage message = Samples.init();
    assertThat(MessageCodec.decode(MessageCodec.encode(message)))
        .usingRecursiveComparison()
        .isEqualTo(new Decoded.Ok(message));
  }

  @Test
  void shouldTakeALookAtTheHeader() {
    assertThat(MessageCodec.header(hex(NONCE_ALONE))).contains(Samples.INIT_HEADER);
  }

  @Test
  void shouldNeitherAcceptNorAnswerAnyTruncation() {
    byte[] whole = MessageCodec.encode(Samples.init());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(MessageCodec.decode(cut)).isInstanceOf(Decoded.Drop.class);
      assertThat(MessageCodec.header(cut)).isEmpty();
    }
  }

  @Test
  void shouldAnswerInvalidSyntaxToTruncationBehindACorrectLength() {
    byte[] whole = MessageCodec.encode(Samples.init());
    for (int length = IkeHeader.OCTETS; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      HeaderCodec.setLength(cut, length);
      assertThat(MessageCodec.decode(cut))
          .isInstanceOfSatisfying(
              Decoded.Invalid.class,
              invalid -> assertThat(invalid.type()).isEqualTo(NotifyType.INVALID_SYNTAX));
    }
  }

  @Test
  void shouldDropWhatIsLongerThanItsLength() {
    byte[] longer = Arrays.copyOf(hex(NONCE_ALONE), 49);
    assertThat(MessageCodec.decode(longer)).isEqualTo(new Decoded.Drop(Reason.LENGTH_MISMATCH));
  }

  @Test
  void shouldDropWhatIsLongerThanTheLimit() {
    byte[] huge = new byte[Limits.MESSAGE_OCTETS_MAX + 1];
    assertThat(MessageCodec.decode(huge)).isEqualTo(new Decoded.Drop(Reason.TOO_LONG));
  }

  @Test
  void shouldTellAHigherMajorVersionWhichOneWeSpeak() {
    byte[] version3 = hex(NONCE_ALONE);
    version3[VERSION] = 0x30;
    assertThat(MessageCodec.header(version3)).isEmpty();
    assertThat(MessageCodec.decode(version3))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid -> assertThat(invalid.type()).isEqualTo(NotifyType.INVALID_MAJOR_VERSION));
  }

  @Test
  void shouldIgnoreTheMinorVersionAndReservedFlags() {
    byte[] odd = hex(NONCE_ALONE);
    odd[VERSION] = 0x2f;
    odd[FLAGS] |= (byte) 0xd7;
    assertThat(MessageCodec.decode(odd)).isInstanceOf(Decoded.Ok.class);
  }

  @Test
  void shouldBeSilentToIkeVersion1() {
    byte[] version1 = hex(NONCE_ALONE);
    version1[VERSION] = 0x10;
    assertThat(MessageCodec.decode(version1)).isEqualTo(new Decoded.Drop(Reason.OTHER_VERSION));
  }

  @Test
  void shouldDropAMessageWithoutTheInitiatorsSpi() {
    byte[] anonymous = hex(NONCE_ALONE);
    Arrays.fill(anonymous, 0, 8, (byte) 0);
    assertThat(MessageCodec.decode(anonymous)).isEqualTo(new Decoded.Drop(Reason.NO_INITIATOR_SPI));
  }

  @Test
  void shouldRefuseAnUnknownCriticalPayloadWithItsType() {
    byte[] message = withUnknown(true);
    assertThat(MessageCodec.decode(message))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid -> {
              assertThat(invalid.type()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
              assertThat(invalid.data()).containsExactly(200);
              assertThat(invalid.header()).isEqualTo(Samples.INIT_HEADER);
            });
  }

  @Test
  void shouldPassOverAnUnknownPayloadThatIsNotCritical() {
    assertThat(MessageCodec.decode(withUnknown(false)))
        .isInstanceOfSatisfying(
            Decoded.Ok.class, ok -> assertThat(ok.message().payloads()).hasSize(2));
  }

  @Test
  void shouldIgnoreTheCriticalBitOfAPayloadItKnows() {
    byte[] critical = hex(NONCE_ALONE);
    critical[IkeHeader.OCTETS + 1] = (byte) 0xff;
    assertThat(MessageCodec.decode(critical)).isInstanceOf(Decoded.Ok.class);
  }

  @Test
  void shouldNeverAnswerAResponse() {
    byte[] response = withUnknown(true);
    response[FLAGS] |= FLAG_RESPONSE;
    assertThat(MessageCodec.decode(response)).isEqualTo(new Decoded.Drop(Reason.FAULTY_RESPONSE));
    response[VERSION] = 0x30;
    assertThat(MessageCodec.decode(response)).isEqualTo(new Decoded.Drop(Reason.FAULTY_RESPONSE));
  }

  @Test
  void shouldDropAnEncryptedPayloadThatNobodyCanOpen() {
    byte[] message =
        hex("0102030405060708 0000000000000000 2e202208 00000000 00000024 00000008 01020304");
    assertThat(MessageCodec.decode(message)).isEqualTo(new Decoded.Drop(Reason.ENCRYPTED));
  }

  @Test
  void shouldTolerateAlignmentBehindTheLastPayloadButNothingElse() {
    byte[] aligned = Arrays.copyOf(hex(NONCE_ALONE), 51);
    HeaderCodec.setLength(aligned, aligned.length);
    assertThat(MessageCodec.decode(aligned)).isInstanceOf(Decoded.Ok.class);
    aligned[50] = 1;
    assertThat(MessageCodec.decode(aligned)).isInstanceOf(Decoded.Invalid.class);
    byte[] more = Arrays.copyOf(hex(NONCE_ALONE), 52);
    HeaderCodec.setLength(more, more.length);
    assertThat(MessageCodec.decode(more)).isInstanceOf(Decoded.Invalid.class);
  }

  @Test
  void shouldRefuseMorePayloadsThanTheLimit() {
    Payload.VendorId vendor = new Payload.VendorId(new byte[1]);
    List<Payload> many = Collections.nCopies(Limits.PAYLOADS_MAX + 1, vendor);
    byte[] message = MessageCodec.encode(new IkeMessage(Samples.INIT_HEADER, many));
    assertThat(MessageCodec.decode(message)).isInstanceOf(Decoded.Invalid.class);
  }

  @Test
  void shouldNeverThrowOnRandomOctets() {
    Random random = new Random(7296);
    for (int round = 0; round < 50_000; round++) {
      byte[] octets = new byte[random.nextInt(200)];
      random.nextBytes(octets);
      if (octets.length >= IkeHeader.OCTETS) {
        octets[VERSION] = 0x20;
        octets[16] = (byte) (33 + random.nextInt(16));
        HeaderCodec.setLength(octets, octets.length);
      }
      assertBounded(MessageCodec.decode(octets));
    }
  }

  @Test
  void shouldNeverThrowOnMutatedMessages() {
    Random random = new Random(7383);
    IkeMessage init = Samples.init();
    byte[] first = MessageCodec.encode(init);
    byte[] second = MessageCodec.encode(new IkeMessage(Samples.INIT_HEADER, Samples.auth()));
    int accepted = 0;
    for (int round = 0; round < 100_000; round++) {
      byte[] source = round % 2 == 0 ? first : second;
      byte[] octets = Arrays.copyOf(source, source.length - random.nextInt(3));
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        octets[IkeHeader.OCTETS + random.nextInt(octets.length - IkeHeader.OCTETS)] =
            (byte) random.nextInt();
      }
      HeaderCodec.setLength(octets, octets.length);
      Decoded decoded = MessageCodec.decode(octets);
      assertBounded(decoded);
      if (decoded instanceof Decoded.Ok(var message)) {
        accepted++;
        // Not always the same message: what was reserved or not understood is left out.
        assertThat(MessageCodec.decode(MessageCodec.encode(message)))
            .isNotInstanceOf(Decoded.Drop.class);
      }
    }
    assertThat(accepted).isBetween(1_000, 99_000);
  }

  private static void assertBounded(Decoded decoded) {
    if (decoded instanceof Decoded.Ok(var message)) {
      assertThat(message.payloads().size()).isLessThanOrEqualTo(Limits.PAYLOADS_MAX);
    }
  }

  private static byte[] withUnknown(boolean critical) {
    return MessageCodec.encode(
        new IkeMessage(
            Samples.INIT_HEADER,
            List.of(
                new Payload.Nonce(new byte[16]), new Payload.Unknown(200, critical, new byte[3]))));
  }
}
