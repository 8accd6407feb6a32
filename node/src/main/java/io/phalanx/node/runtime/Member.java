package io.phalanx.node.runtime;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.Identity;
import io.phalanx.node.ike.Event;
import io.phalanx.node.ops.AdminServer;
import io.phalanx.node.ops.DrainView;
import io.phalanx.node.ops.DrainView.State;
import io.phalanx.node.ops.MemberView;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.ops.TransferView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One member of the cluster, from start to stop, as its operator sees it. */
public final class Member implements MemberView, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Member.class);
  private static final long VIEW_TIMEOUT_SECONDS = 2;
  private static final long LEAVE_WAIT_MILLIS = 2000;
  private static final long LEAVE_NANOS_MAX = 15_000_000_000L;
  private static final long LEAVE_POLL_MILLIS = 20;

  /** Of a member that is not up yet. */
  private static final DrainView SERVES_NOBODY = new DrainView(State.SERVING, 0, 0);

  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Parts parts = new Parts();
  private volatile Optional<Assembly> running = Optional.empty();
  private volatile String phase = "starting";

  private Member() {}

  /**
   * Starts a member; returns when it can carry sessions. Until the store has a majority it waits,
   * and tells so on its admin port.
   *
   * @throws StartException if something that it needs is not there: what, where and what to do
   */
  public static Member start(GatewayConfig config) throws StartException, InterruptedException {
    Member member = new Member();
    try {
      member.open(config);
      return member;
    } catch (IOException | RuntimeException e) {
      member.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (StartException | InterruptedException e) {
      member.close();
      throw e;
    }
  }

  private void open(GatewayConfig config) throws IOException, StartException, InterruptedException {
    parts.add(AdminServer.open(config.admin())).show(this);
    JvmMetrics.bind(metrics);
    Assembly assembly = Assembly.build(config, parts, metrics, now -> phase = now);
    assembly.run();
    running = Optional.of(assembly);
    phase = "";
    log.info("{} is ready", assembly);
  }

  @Override
  public boolean healthy() {
    return running.map(assembly -> assembly.control().faults() == 0).orElse(true);
  }

  @Override
  public boolean ready() {
    return reason().isEmpty();
  }

  @Override
  public String reason() {
    return running.filter(_ -> phase.isEmpty()).map(Member::reasonOf).orElse(phase);
  }

  private static String reasonOf(Assembly assembly) {
    if (assembly.core().drain().view().state() != State.SERVING) {
      return "draining";
    }
    return assembly.cluster().hasQuorum() ? "" : "the store has no majority";
  }

  @Override
  public DrainView drain(long waitMillis) {
    if (running.isEmpty()) {
      return SERVES_NOBODY;
    }
    Assembly assembly = running.get();
    return onControl(
            () -> {
              assembly.core().drain().begin(waitMillis);
              return assembly.core().drain().view();
            })
        .orElseGet(this::draining);
  }

  @Override
  public DrainView draining() {
    return running.map(assembly -> assembly.core().drain().view()).orElse(SERVES_NOBODY);
  }

  @Override
  public boolean redirect(Optional<Identity> gateway) {
    return onControl(
            () ->
                running
                    .map(
                        assembly -> {
                          assembly.core().ike().step(new Event.Redirect(gateway));
                          return true;
                        })
                    .orElse(false))
        .orElse(false);
  }

  @Override
  public TransferView exportContexts(String partner, Set<Long> sessionIds) {
    return transfer(transfers -> transfers.exportTo(partner, sessionIds));
  }

  @Override
  public TransferView importContexts(String partner, byte[] set) {
    return transfer(transfers -> transfers.importFrom(partner, set));
  }

  /** One that may be interrupted. */
  @FunctionalInterface
  private interface Transfer {
    TransferView by(ContextTransfers transfers) throws InterruptedException;
  }

  private TransferView transfer(Transfer transfer) {
    if (running.isEmpty()) {
      return new TransferView.Refused("the member is " + phase);
    }
    Optional<ContextTransfers> transfers = running.get().transfers();
    if (transfers.isEmpty()) {
      return new TransferView.Refused("the configuration has no context-transfer");
    }
    try {
      return transfer.by(transfers.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new TransferView.Refused("the member is stopping");
    }
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return metrics;
  }

  @Override
  public List<SessionView> sessions(int max) {
    return onControl(() -> running.map(assembly -> assembly.sessions(max)).orElse(List.of()))
        .orElse(List.of());
  }

  private <T> Optional<T> onControl(Supplier<T> question) {
    if (running.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          CompletableFuture.supplyAsync(question, running.get().control())
              .get(VIEW_TIMEOUT_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the control loop did not answer", e);
      return Optional.empty();
    }
  }

  /**
   * Hands over what it owns, if there is another member and it does not take too long; then packets
   * stop, then the others are told.
   */
  public void leave() throws InterruptedException {
    if (running.isPresent() && running.get().interlink().living().size() > 1) {
      long deadline = System.nanoTime() + LEAVE_NANOS_MAX;
      boolean empty =
          running.get().core().ike().size() == 0 && running.get().core().directory().size() == 0;
      DrainView view = drain(empty ? 0 : LEAVE_WAIT_MILLIS);
      while (view.state() != State.DRAINED && System.nanoTime() - deadline < 0) {
        Thread.sleep(LEAVE_POLL_MILLIS);
        view = draining();
      }
      log.info("{} sessions and {} SAs are left here", view.sessions(), view.saClusters());
    }
    close();
  }

  /** Ends at once: not ready first, then packets stop, then the others are told. */
  @Override
  public void close() {
    phase = "stopping";
    parts.close();
  }
}
