package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any first message: read as it would be written, or refused; a response never leads to one. */
class MessageFuzzTest {
  static Stream<byte[]> seeds() {
    byte[] whole = MessageCodec.encode(Samples.init());
    byte[] response = whole.clone();
    response[19] = 0x20;
    return Stream.of(
        whole, response, MessageCodec.encode(new IkeMessage(Samples.AUTH_HEADER, Samples.auth())));
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldReadAsItWouldWrite(byte[] octets) {
    switch (MessageCodec.decode(octets)) {
      // Selectors of other types are left out; without any, ours would be no payload at all.
      case Decoded.Ok(var message) when withoutSelectors(message) -> {}
      case Decoded.Ok(var message) -> {
        byte[] written = MessageCodec.encode(message);
        // What was not understood is not written, so what is written counts, not what was read.
        assertThat(MessageCodec.decode(written))
            .isInstanceOfSatisfying(
                Decoded.Ok.class,
                again -> assertThat(MessageCodec.encode(again.message())).isEqualTo(written));
      }
      case Decoded.Invalid invalid -> assertThat(invalid.header().response()).isFalse();
      case Decoded.Drop _ -> {}
    }
  }

  private static boolean withoutSelectors(IkeMessage message) {
    return message.all(Payload.TrafficSelectors.class).anyMatch(each -> each.selectors().isEmpty());
  }
}
