package io.phalanx.datapath.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void shouldGiveOnlyNumbersBelowTheLease() {
    SequenceSource source = new SequenceSource(5, 7, 100);
    assertThat(source.available()).isEqualTo(2);
    assertThat(source.take()).isEqualTo(5);
    assertThat(source.take()).isEqualTo(6);
    assertThat(source.take()).isEqualTo(SequenceSource.NONE);
    assertThat(source.exhausted()).isFalse();
    source.grant(8);
    assertThat(source.take()).isEqualTo(7);
    assertThat(source.take()).isEqualTo(SequenceSource.NONE);
  }

  @Test
  void shouldNeverLowerALease() {
    SequenceSource source = new SequenceSource(1, 10, 100);
    source.grant(5);
    assertThat(source.lease()).isEqualTo(10);
  }

  @Test
  void shouldEndAtTheLastNumberWhateverTheLease() {
    long last = (1L << 32) - 1;
    SequenceSource source = new SequenceSource(last, last + 1000, last);
    assertThat(source.available()).isEqualTo(1);
    assertThat(source.take()).isEqualTo(last);
    assertThat(source.take()).isEqualTo(SequenceSource.NONE);
    assertThat(source.exhausted()).isTrue();
  }

  @Test
  void shouldAcceptOnlyUpToTheLimit() {
    InboundLimit limit = new InboundLimit(new ReplayWindow(64, 0), 10);
    limit.accept(10);
    assertThat(limit.covers(11)).isFalse();
    assertThatThrownBy(() -> limit.accept(11)).isInstanceOf(IllegalStateException.class);
    limit.grant(11);
    limit.accept(11);
    assertThatThrownBy(() -> limit.accept(11)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldLowerTheLimitToTheTop() {
    InboundLimit limit = new InboundLimit(new ReplayWindow(64, 0), 100);
    limit.accept(7);
    assertThat(limit.lower()).isEqualTo(7);
    assertThat(limit.covers(8)).isFalse();
    assertThat(limit.covers(6)).isTrue();
  }
}
