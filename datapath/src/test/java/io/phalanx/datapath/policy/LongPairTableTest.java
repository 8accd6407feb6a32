package io.phalanx.datapath.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LongPairTableTest {
  @Test
  void shouldBehaveLikeAMap() {
    Random random = new Random(9);
    Map<Integer, Integer> expected = new HashMap<>();
    LongPairTable<Integer> table = new LongPairTable<>(-1);
    for (int step = 0; step < 200_000; step++) {
      int key = random.nextInt(5000);
      if (random.nextInt(3) == 0) {
        expected.remove(key);
        table.remove(key & 3, key);
      } else {
        expected.put(key, step);
        table.put(key & 3, key, step);
      }
      int other = random.nextInt(5000);
      assertThat(table.find(other & 3, other)).isEqualTo(expected.getOrDefault(other, -1));
      assertThat(table.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void shouldStaySmallUnderChurn() {
    LongPairTable<Integer> table = new LongPairTable<>(-1);
    for (int key = 0; key < 1_000_000; key++) {
      table.put(0, key, key);
      table.remove(0, key - 100L);
    }
    assertThat(table.size()).isEqualTo(100);
    assertThat(table.find(0, 999_950)).isEqualTo(999_950);
  }

  @Test
  void shouldNeverHideAnEntryFromReadersWhileOthersCome() throws Exception {
    LongPairTable<Integer> table = new LongPairTable<>(-1);
    table.put(7, 7, 42);
    AtomicBoolean missed = new AtomicBoolean();
    AtomicBoolean done = new AtomicBoolean();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    if (table.find(7, 7) != 42) {
                      missed.set(true);
                    }
                  }
                });
    for (int key = 0; key < 300_000; key++) {
      table.put(1, key, key);
      table.remove(1, key - 1000L);
    }
    done.set(true);
    reader.join();
    assertThat(missed).isFalse();
  }
}
