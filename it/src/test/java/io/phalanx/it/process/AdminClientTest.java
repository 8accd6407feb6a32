package io.phalanx.it.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.ops.SessionView;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdminClientTest {
  @Test
  void shouldReadSessionsAndPassOverWhatItDoesNotKnow() throws Exception {
    List<SessionView> sessions =
        AdminClient.sessions(
            """
            {"id":"7","peer":"a","addresses":["10.77.0.1"],"owner":2,"children":[{"owner":3}]}
            {"id":"8","peer":"b","addresses":[],"owner":1,"children":[],"later":true}
            """);
    assertThat(sessions).extracting(SessionView::id).containsExactly("7", "8");
    assertThat(sessions.getFirst().children().getFirst().owner()).isEqualTo(3);
  }

  @Test
  void shouldSumSamplesByNameAndLabels() {
    Metrics metrics =
        Metrics.parse(
            """
            # HELP phalanx_dropped_packets_total packets that were refused
            phalanx_dropped_packets_total{reason="replayed"} 12.0
            phalanx_dropped_packets_total{reason="malformed"} 1.0E3
            up +Inf
            """);
    assertThat(metrics.sum("phalanx_dropped_packets_total{reason=\"replayed\"}")).isEqualTo(12);
    assertThat(metrics.sum("phalanx_dropped_packets_total")).isEqualTo(1012);
    assertThat(metrics.sum("nothing")).isZero();
  }
}
