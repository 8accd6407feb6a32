package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SendersTest {
  @Test
  void shouldTellWhoHasSentSinceTheLastLook() {
    Senders senders = new Senders();
    assertThat(senders.sentMore(1, 10)).as("when is not known").isFalse();
    assertThat(senders.sentMore(1, 10)).isFalse();
    assertThat(senders.sentMore(1, 11)).isTrue();
    senders.keep(List.of(2));
    assertThat(senders.sentMore(1, 12)).as("forgotten").isFalse();
  }
}
