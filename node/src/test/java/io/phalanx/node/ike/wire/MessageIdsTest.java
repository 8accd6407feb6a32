package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.Payload.Notify;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The notify of RFC 6311 §6.3. */
final class MessageIdsTest {
  private static final String OCTETS = "c0ffee01" + "00000009" + "fffffffe";
  private static final MessageIds IDS = new MessageIds(0xc0ffee01, 9, 0xffff_fffeL);

  private static IkeMessage message(Payload... payloads) {
    IkeHeader head = new IkeHeader(1, 2, ExchangeType.INFORMATIONAL, true, false, 0);
    return new IkeMessage(head, List.of(payloads));
  }

  @Test
  void shouldHaveNonceThenWhatIsSentThenWhatIsReceived() {
    Notify notify = IDS.toNotify();
    assertThat(HexFormat.of().formatHex(notify.data())).isEqualTo(OCTETS);
    assertThat(notify.type()).isEqualTo(NotifyType.IKEV2_MESSAGE_ID_SYNC);
    assertThat(notify.protocol()).isEqualTo(ProtocolId.NONE);
    assertThat(notify.spi()).isEmpty();
    assertThat(MessageIds.of(message(notify))).contains(IDS);
  }

  @Test
  void shouldNotReadOtherLengths() {
    byte[] data = IDS.toNotify().data();
    for (int length = 0; length <= 2 * data.length; length++) {
      Notify notify = Notify.of(NotifyType.IKEV2_MESSAGE_ID_SYNC, Arrays.copyOf(data, length));
      assertThat(MessageIds.of(message(notify)).isPresent()).isEqualTo(length == data.length);
    }
  }

  @Test
  void shouldStandAlone() {
    Notify notify = IDS.toNotify();
    assertThat(MessageIds.of(message())).isEmpty();
    assertThat(MessageIds.of(message(notify, notify))).isEmpty();
    assertThat(MessageIds.of(message(notify, Notify.of(NotifyType.INITIAL_CONTACT)))).isEmpty();
    assertThat(MessageIds.of(message(Notify.of(NotifyType.INITIAL_CONTACT)))).isEmpty();
  }
}
