package io.phalanx.node.runtime;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.phalanx.config.GatewayConfig;
import io.phalanx.node.ops.AdminServer;
import io.phalanx.node.ops.MemberView;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One member of the cluster, from start to stop, as its operator sees it. */
public final class Member implements MemberView, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Member.class);
  private static final long VIEW_TIMEOUT_SECONDS = 2;

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
    return running
        .filter(_ -> phase.isEmpty())
        .map(assembly -> assembly.cluster().hasQuorum() ? "" : "the store has no majority")
        .orElse(phase);
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return metrics;
  }

  @Override
  public List<SessionView> sessions(int max) {
    if (running.isEmpty()) {
      return List.of();
    }
    Assembly assembly = running.get();
    try {
      return CompletableFuture.supplyAsync(() -> assembly.sessions(max), assembly.control())
          .get(VIEW_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the control loop did not list its sessions", e);
      return List.of();
    }
  }

  /** Leaves: not ready first, then packets stop, then the others are told. */
  @Override
  public void close() {
    phase = "stopping";
    parts.close();
  }
}
