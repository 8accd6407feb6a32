package io.phalanx.datapath.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {
  @Test
  void shouldAcceptEachNumberOnce() {
    ReplayWindow window = new ReplayWindow(64, 0);
    assertThat(accept(window, 1)).isTrue();
    assertThat(accept(window, 1)).isFalse();
    assertThat(accept(window, 9)).isTrue();
    assertThat(accept(window, 8)).isTrue();
    assertThat(accept(window, 7)).isTrue();
    assertThat(accept(window, 8)).isFalse();
  }

  @Test
  void shouldNeverAcceptZero() {
    assertThat(new ReplayWindow(64, 0).fresh(0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 33, 63, 64, 65, 96, 127, 128, 1000, 1024, 4096, 8191, 8192})
  void shouldEndExactlyAtItsSize(int size) {
    for (long top : new long[] {size + 1L, 1 << 20, (1 << 20) + 31, (1 << 20) + 63}) {
      ReplayWindow window = new ReplayWindow(size, 0);
      window.mark(top);
      assertThat(window.fresh(top - size)).as("one below").isFalse();
      assertThat(window.fresh(top - size + 1)).as("lowest").isTrue();
      window.mark(top - size + 1);
      assertThat(window.fresh(top - size + 1)).isFalse();
    }
  }

  @Test
  void shouldTakeAllUpToItsStartForSeen() {
    for (long seen = 0; seen < 300; seen++) {
      ReplayWindow window = new ReplayWindow(128, seen);
      for (long number = 0; number <= seen; number++) {
        assertThat(window.fresh(number)).as("%d of %d", number, seen).isFalse();
      }
      for (long number = seen + 1; number < seen + 300; number++) {
        assertThat(accept(window, number)).as("%d after %d", number, seen).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 96, 200, 1024, 8192})
  void shouldDecideLikeASetOfNumbers(int size) {
    Random random = new Random(size);
    long start = (1L << 32) - 3000;
    ReplayWindow window = new ReplayWindow(size, start);
    Set<Long> seen = new HashSet<>();
    long top = start;
    for (int step = 0; step < 20_000; step++) {
      boolean leap = random.nextInt(500) == 0;
      long sequence = top + 3 - random.nextInt(size + 6) + (leap ? random.nextInt(3 * size) : 0);
      boolean expected = sequence > start && sequence > top - size && !seen.contains(sequence);
      assertThat(accept(window, sequence)).as("step %d", step).isEqualTo(expected);
      if (expected) {
        seen.add(sequence);
        top = Math.max(top, sequence);
      }
      assertThat(window.top()).isEqualTo(top);
    }
  }

  @Test
  void shouldRefuseToMarkWhatIsNotFresh() {
    ReplayWindow window = new ReplayWindow(64, 10);
    assertThatThrownBy(() -> window.mark(10)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldRefuseOddSizes() {
    assertThatThrownBy(() -> new ReplayWindow(31, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ReplayWindow(8193, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldInferTheHighHalf() {
    long border = 1L << 32;
    // RFC 4303 appendix A2.2, case A: the window lies within one subspace.
    ReplayWindow within = new ReplayWindow(64, 5 * border + 1000);
    assertThat(within.infer(1001)).isEqualTo(5 * border + 1001);
    assertThat(within.infer(937)).isEqualTo(5 * border + 937); // the bottom of the window
    assertThat(within.infer(936)).isEqualTo(6 * border + 936); // below it: taken for far ahead
    // Case B: the window spans two.
    ReplayWindow across = new ReplayWindow(64, 5 * border + 10);
    assertThat(across.infer(11)).isEqualTo(5 * border + 11);
    assertThat(across.infer(-1)).isEqualTo(5 * border - 1);
    assertThat(across.infer(-53)).isEqualTo(5 * border - 53); // the bottom
    assertThat(across.infer(-54)).isEqualTo(6 * border - 54);
    // There is no subspace below the first.
    ReplayWindow first = new ReplayWindow(64, 10);
    assertThat(first.fresh(first.infer(-1))).isFalse();
  }

  @Test
  void shouldInferWhatWasSentAroundABorder() {
    Random random = new Random(1);
    long top = 3L << 32;
    for (int step = 0; step < 10_000; step++) {
      ReplayWindow window = new ReplayWindow(1024, top - 600 + random.nextInt(1200));
      long sent = window.top() - 1023 + random.nextInt(1 << 20);
      assertThat(window.infer((int) sent)).isEqualTo(sent);
    }
  }

  private static boolean accept(ReplayWindow window, long sequence) {
    if (!window.fresh(sequence)) {
      return false;
    }
    window.mark(sequence);
    return true;
  }
}
