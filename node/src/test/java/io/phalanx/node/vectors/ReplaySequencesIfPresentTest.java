package io.phalanx.node.vectors;

import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.datapath.esp.ReplayWindow;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Feeds our anti-replay window what others feed theirs, where that is present. */
class ReplaySequencesIfPresentTest {
  @Test
  void shouldAcceptAndDropAsOthersDo() {
    SharedVectors.json("02-impl/replay/replay-sequences.dev.json")
        .ifPresent(
            file -> assertThat(maps(file, "sequences")).isNotEmpty().allSatisfy(this::follow));
  }

  private void follow(Map<?, ?> sequence) {
    boolean extended = text(sequence, "esn").equals("true");
    ReplayWindow window =
        new ReplayWindow(
            Integer.parseInt(text(sequence, "window")),
            Long.parseLong(text(sequence, "initial_top")));
    for (Map<?, ?> step : maps(sequence, "steps")) {
      long number = Long.parseLong(text(step, "seq"));
      // Only 32 bits of an extended number are on the wire; the window tells the others.
      long inferred = extended ? window.infer((int) number) : number;
      boolean accept = text(step, "expect").equals("accept");
      assertThat(inferred == number && window.fresh(inferred))
          .as("%s at %d", text(sequence, "name"), number)
          .isEqualTo(accept);
      if (accept) {
        window.mark(inferred);
      }
    }
  }
}
