package io.phalanx.it.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code phalanx sim}. */
@Command(
    name = "sim",
    description = {
      "A whole cluster, its store and its peers in one thread under virtual time, and what goes",
      "wrong with them, out of a seed. The same seed is the same run; one that fails is told whole."
    },
    mixinStandardHelpOptions = true)
public final class SimCommand implements Callable<Integer> {
  private static final long SECOND = 1_000_000_000;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The first, or the only one. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--seeds",
      defaultValue = "1",
      description = "So many, from the first one on. Default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(names = "--members", defaultValue = "3", description = "3..7. Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--minutes",
      defaultValue = "0.25",
      description = "Of virtual time in which things go wrong. Default: ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(
      names = "--without",
      defaultValue = "NONE",
      description = "Switch a safety rule off: ${COMPLETION-CANDIDATES}.")
  private Mutation mutation = Mutation.NONE;

  @Option(
      names = "--all",
      description = "Go on after a seed that fails, and tell of each in a line alone.")
  private boolean all;

  @Option(names = "--trace", description = "Tell everything that happens, of each seed.")
  private boolean trace;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (members < 3 || members > 7 || minutes <= 0) {
      throw new IllegalArgumentException("3 to 7 members, and more than no time");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(trace ? Level.WARN : Level.OFF);
    }
    long startNanos = System.nanoTime();
    long steps = 0;
    long packets = 0;
    int failed = 0;
    for (long each = seed; each < seed + seeds; each++) {
      Plan plan = Plan.of(each, members, (long) (minutes * 60 * SECOND), mutation);
      Simulation.Result result = trace ? told(plan, out) : Simulation.run(plan);
      steps += result.steps();
      packets += result.packets();
      if (result.violation().isPresent()) {
        failed++;
        if (!trace && !all) {
          told(plan, out);
        }
        out.printf(
            "seed %d: %s%n  again: phalanx sim --seed %d --members %d --minutes %s%s%n",
            each,
            result.violation().get(),
            each,
            members,
            minutes,
            mutation == Mutation.NONE ? "" : " --without " + mutation);
        out.flush();
        if (!all) {
          return 1;
        }
      }
      if (seeds == 1) {
        out.printf("run %016x%n", result.hash());
      }
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(
        Locale.ROOT,
        "%d runs in %.1f s (%.0f a minute), %d steps, %d packets through: %s%n",
        seeds,
        seconds,
        seeds / seconds * 60,
        steps,
        packets,
        failed == 0 ? "nothing wrong" : failed + " went wrong");
    out.flush();
    return failed == 0 ? 0 : 1;
  }

  private static Simulation.Result told(Plan plan, PrintWriter out) {
    plan.faults().forEach(each -> out.println(at(each.atNanos()) + " planned " + each.fault()));
    Simulation.Result result =
        Simulation.run(plan, (atNanos, what) -> out.println(at(atNanos) + " " + what));
    out.flush();
    return result;
  }

  private static String at(long nanos) {
    return String.format(Locale.ROOT, "%9.4f", nanos / 1e9);
  }
}
