package io.phalanx.replication.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HandshakeSlotsTest {
  private static final InetAddress MEMBER = InetAddress.ofLiteral("10.0.0.2");

  private final HandshakeSlots slots = new HandshakeSlots(Set.of(MEMBER));

  @Test
  void shouldKeepRoomForMembersWhateverStrangersDo() throws IOException {
    HandshakeSlots.Slot first = slots.take(stranger(0));
    for (int i = 1; i < HandshakeSlots.STRANGERS_MAX; i++) {
      slots.take(stranger(i));
    }
    assertThatThrownBy(() -> slots.take(stranger(99))).isInstanceOf(IOException.class);
    for (int i = 0; i < HandshakeSlots.MEMBERS_MAX; i++) {
      slots.take(MEMBER);
    }
    assertThatThrownBy(() -> slots.take(MEMBER)).isInstanceOf(IOException.class);
    first.close();
    slots.take(stranger(99));
  }

  @Test
  void shouldTellOfEachAddressOnceAMinute() {
    AtomicLong now = new AtomicLong();
    Refusals refusals = new Refusals(now::get);
    assertThat(refusals.due("10.0.0.9")).isTrue();
    assertThat(refusals.due("10.0.0.9")).isFalse();
    assertThat(refusals.due("10.0.0.8")).isTrue();
    now.addAndGet(TimeUnit.MINUTES.toNanos(1));
    assertThat(refusals.due("10.0.0.9")).isTrue();
    for (int i = 0; i < 1000; i++) {
      refusals.due("host " + i);
    }
    assertThat(refusals.due("one more")).isFalse();
  }

  private static InetAddress stranger(int number) {
    return InetAddress.ofLiteral("192.0.2." + number);
  }
}
