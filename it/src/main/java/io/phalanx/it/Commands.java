package io.phalanx.it;

import io.phalanx.it.balancer.BalancerCommand;
import io.phalanx.it.bench.BenchCommand;
import io.phalanx.it.demo.DemoCommand;
import io.phalanx.it.faults.FaultsCommand;
import io.phalanx.it.loadgen.LoadgenCommand;
import io.phalanx.it.sim.SimCommand;
import io.phalanx.node.cli.CommandProvider;
import java.util.List;

/** What this module adds to {@code phalanx}. */
public final class Commands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(
        new DemoCommand(),
        new BalancerCommand(),
        new BenchCommand(),
        new LoadgenCommand(),
        new FaultsCommand(),
        new SimCommand());
  }
}
