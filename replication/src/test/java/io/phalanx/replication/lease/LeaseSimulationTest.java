package io.phalanx.replication.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Two members, a store that loses answers, a peer that skips and repeats numbers, and claims at any
 * moment while the owner before goes on as if nothing had happened.
 */
class LeaseSimulationTest {
  private static final int RUNS = 300;
  private static final int STEPS = 3000;

  @Test
  void noNumberIsEverUsedTwice() {
    long claims = 0;
    long sent = 0;
    long accepted = 0;
    long settled = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      LeaseSimulation simulation = new LeaseSimulation(seed);
      for (int step = 0; step < STEPS; step++) {
        simulation.step();
      }
      claims += simulation.claims;
      sent += simulation.sent();
      accepted += simulation.accepted();
      settled += simulation.settled;
    }
    assertThat(claims).as("claims").isGreaterThan(3L * RUNS);
    assertThat(sent).as("packets sent").isGreaterThan(30L * RUNS);
    assertThat(accepted).as("packets accepted").isGreaterThan(30L * RUNS);
    assertThat(settled).as("lowerings that the store has").isGreaterThan(RUNS);
  }
}
