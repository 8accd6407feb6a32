package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReunionTest {
  private final VirtualLoop control = new VirtualLoop();
  private int confirmed;
  private final Reunion reunion = new Reunion(control, () -> confirmed++);

  @Test
  void manyEntriesShouldBeOneReunionThatIsAskedAboutTwice() {
    for (int entry = 0; entry < 1000; entry++) {
      reunion.merged();
    }
    control.advance(300);
    assertThat(confirmed).isEqualTo(1);
    reunion.merged();
    control.advance(2700);
    assertThat(confirmed).as("once more when all should be there").isEqualTo(2);
    control.advance(10_000);
    assertThat(confirmed).isEqualTo(2);
    assertThat(reunion.reunions()).isEqualTo(1);
  }

  @Test
  void theNextReunionShouldBeAskedAboutAgain() {
    reunion.merged();
    control.advance(10_000);
    reunion.merged();
    control.advance(10_000);
    assertThat(confirmed).isEqualTo(4);
    assertThat(reunion.reunions()).isEqualTo(2);
  }
}
