package io.phalanx.datapath.esp;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.NonceSource;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IvSourceTest {
  @Test
  void shouldTakeNoncesInBlocksThatDoNotMeet() {
    AtomicLong next = new AtomicLong(1000);
    NonceSource nonces =
        new NonceSource() {
          @Override
          public long next() {
            return next.getAndIncrement();
          }

          @Override
          public long reserve(int count) {
            return next.getAndAdd(count);
          }
        };
    Set<Long> seen = new HashSet<>();
    CounterIvs one = new CounterIvs(nonces);
    CounterIvs other = new CounterIvs(nonces);
    byte[] iv = new byte[8];
    for (int count = 0; count < 10_000; count++) {
      one.put(iv, 0);
      assertThat(seen.add(ByteBuffer.wrap(iv).getLong())).isTrue();
      other.put(iv, 0);
      assertThat(seen.add(ByteBuffer.wrap(iv).getLong())).isTrue();
    }
  }

  @Test
  void shouldNeverRepeatARandomIv() {
    RandomIvs ivs = new RandomIvs(new SecureRandom());
    Set<ByteBuffer> seen = new HashSet<>();
    for (int count = 0; count < 5000; count++) {
      byte[] packet = new byte[20];
      ivs.put(packet, 2);
      assertThat(packet[0] | packet[1] | packet[18] | packet[19]).isZero();
      assertThat(seen.add(ByteBuffer.wrap(packet))).isTrue();
    }
  }
}
