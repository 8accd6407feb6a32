package io.phalanx.node.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Packets and their protection. */
final class RadiusPacketTest {
  private static final Secret SECRET = Secret.ofUtf8("xyzzy5461");

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** RFC 2865 §7.1: user nemo, on port 3 of 192.168.1.16, with password arctangent. */
  private static final byte[] REQUEST =
      hex(
          "01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb"
              + "98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d"
              + "93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8"
              + "01 10 05 06 00 00 00 03");

  private static final byte[] ACCEPT =
      hex(
          "02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf"
              + "9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00"
              + "0e 06 c0 a8 01 03");

  @Test
  void shouldReadAndVerifyTheExampleOfTheRfc() {
    RadiusPacket request = RadiusPacket.decode(REQUEST).orElseThrow();
    assertThat(request.text(AttributeType.USER_NAME)).contains("nemo");
    assertThat(request.encode()).isEqualTo(REQUEST);
    RadiusPacket accept = RadiusPacket.decode(ACCEPT).orElseThrow();
    assertThat(accept.number(AttributeType.SERVICE_TYPE)).contains(1L);
    assertThat(Protection.goodAnswer(accept, request, SECRET)).isTrue();
    assertThat(Protection.goodAnswer(accept, request, Secret.ofUtf8("xyzzy5462"))).isFalse();
  }

  @Test
  void shouldRefuseAnAnswerWithoutMessageAuthenticator() {
    RadiusPacket request = RadiusPacket.decode(REQUEST).orElseThrow();
    RadiusPacket accept = RadiusPacket.decode(ACCEPT).orElseThrow();
    assertThat(Protection.goodAccessAnswer(accept, request, SECRET)).isFalse();
    RadiusPacket good =
        Protection.response(RadiusPacket.ACCESS_ACCEPT, request, accept.attributes(), SECRET);
    assertThat(Protection.goodAccessAnswer(good, request, SECRET)).isTrue();
  }

  @Test
  void shouldNoticeAnyChangeOfAnAnswer() {
    RadiusPacket request = RadiusPacket.decode(REQUEST).orElseThrow();
    byte[] good =
        Protection.response(
                RadiusPacket.ACCESS_REJECT,
                request,
                List.of(Attribute.text(AttributeType.REPLY_MESSAGE, "no")),
                SECRET)
            .encode();
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Optional<RadiusPacket> read = RadiusPacket.decode(bad);
      assertThat(read.filter(each -> Protection.goodAccessAnswer(each, request, SECRET)))
          .as("octet " + i)
          .isEmpty();
    }
  }

  @Test
  void shouldMakeTheHmacOfRfc2202() {
    byte[] key = new byte[16];
    Arrays.fill(key, (byte) 0x0b);
    assertThat(Md5.hmac(key, "Hi There".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(hex("9294727a3638bb1c13f48ef8158bfc9d"));
  }

  @Test
  void shouldOpenTheKeysOfEapMethods() {
    RadiusPacket request = RadiusPacket.decode(REQUEST).orElseThrow();
    for (int half : new int[] {16, 32}) {
      byte[] receive = new byte[half];
      byte[] send = new byte[half];
      Arrays.fill(receive, (byte) 1);
      Arrays.fill(send, (byte) 2);
      RadiusPacket accept =
          new RadiusPacket(
              RadiusPacket.ACCESS_ACCEPT,
              0,
              new byte[16],
              List.of(
                  microsoft(16, MppeKeys.seal(send, hex("8002"), request.authenticator(), SECRET)),
                  microsoft(
                      17, MppeKeys.seal(receive, hex("8001"), request.authenticator(), SECRET))));
      byte[] msk = MppeKeys.msk(accept, request, SECRET).orElseThrow().reveal();
      assertThat(msk).hasSize(64).startsWith(receive);
      assertThat(Arrays.copyOfRange(msk, half, 2 * half)).isEqualTo(send);
      assertThat(MppeKeys.msk(accept, request.with(new byte[16]), SECRET)).isEmpty();
    }
  }

  static Attribute microsoft(int type, byte[] value) {
    return new Attribute(
        AttributeType.VENDOR_SPECIFIC,
        ByteBuffer.allocate(6 + value.length)
            .putInt(311)
            .put((byte) type)
            .put((byte) (2 + value.length))
            .put(value)
            .array());
  }

  @Test
  void shouldCarryLongEapPacketsInPieces() {
    byte[] eap = new byte[1000];
    new Random(3).nextBytes(eap);
    RadiusPacket packet =
        new RadiusPacket(1, 1, new byte[16], RadiusPacket.pieces(AttributeType.EAP_MESSAGE, eap));
    RadiusPacket read = RadiusPacket.decode(packet.encode()).orElseThrow();
    assertThat(read.attributes()).hasSize(4);
    assertThat(read.joined(AttributeType.EAP_MESSAGE)).isEqualTo(eap);
  }

  @Test
  void shouldNeverThrowWhateverComes() {
    Random random = new Random(5);
    RadiusPacket request = RadiusPacket.decode(REQUEST).orElseThrow();
    int read = 0;
    for (int run = 0; run < 20_000; run++) {
      byte[] copy = Arrays.copyOf(run % 2 == 0 ? REQUEST : ACCEPT, 20 + random.nextInt(60));
      copy[3] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : copy.length);
      for (int i = random.nextInt(4); i > 0; i--) {
        copy[random.nextInt(copy.length)] = (byte) random.nextInt();
      }
      Optional<RadiusPacket> packet = RadiusPacket.decode(copy);
      if (packet.isPresent()) {
        read++;
        boolean _ = Protection.goodAccessAnswer(packet.get(), request, SECRET);
        boolean _ = Protection.goodRequest(packet.get(), SECRET);
        Optional<RadiusAnswer> _ = AccessExchange.read(packet.get(), request, SECRET, 0);
      }
    }
    assertThat(read).isGreaterThan(100);
  }
}
