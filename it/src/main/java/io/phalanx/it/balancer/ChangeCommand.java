package io.phalanx.it.balancer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs an operator's command at each change of the backends: one at a time, in their order. */
final class ChangeCommand implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChangeCommand.class);
  private static final int WAITING_MAX = 64;
  private static final int SECONDS_MAX = 10;

  private final Optional<String> command;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("on-change").factory(),
          new ThreadPoolExecutor.DiscardOldestPolicy());

  ChangeCommand(Optional<String> command) {
    this.command = command;
  }

  void changed(Backend backend, boolean up, List<Backend> live) {
    command.ifPresent(text -> thread.execute(() -> run(text, backend, up, live)));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private static void run(String text, Backend backend, boolean up, List<Backend> live) {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", text).inheritIO();
    builder.environment().put("BACKEND", backend.name());
    builder.environment().put("STATE", up ? "up" : "down");
    builder.environment().put("LIVE", Balancer.names(live));
    try {
      Process process = builder.start();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        log.warn("on-change command ended after {} s without finishing", SECONDS_MAX);
      } else if (process.exitValue() != 0) {
        log.warn("on-change command failed with status {}", process.exitValue());
      }
    } catch (IOException failed) {
      log.warn("on-change command did not start: {}", failed.getMessage());
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }
}
