package io.phalanx.it.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A member in a JVM of its own. Only ever ends the process that it has started. */
public final class MemberProcess implements AutoCloseable {
  private static final int LOG_LINES_SHOWN = 30;
  private static final long POLL_MILLIS = 50;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final Path logFile;
  private final Process process;
  private final AdminClient admin;

  private MemberProcess(String name, Path logFile, Process process, AdminClient admin) {
    this.name = name;
    this.logFile = logFile;
    this.process = process;
    this.admin = admin;
  }

  /**
   * Starts {@code phalanx node -c}.
   *
   * @param prefix what to put before the command, such as {@code ip netns exec NAME}
   * @param logFile gets the output, behind what is there
   * @param admin closed with the process
   */
  public static MemberProcess start(
      String name, List<String> prefix, Path config, Path logFile, AdminClient admin)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(JavaCommand.phalanx(node(config)));
    return start(name, command, logFile, admin);
  }

  /** The same as it runs in earnest, but for these options of the JVM. */
  public static MemberProcess measured(
      String name,
      List<String> prefix,
      List<String> options,
      Path config,
      Path logFile,
      AdminClient admin)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(JavaCommand.measured(options, node(config)));
    return start(name, command, logFile, admin);
  }

  private static List<String> node(Path config) {
    return List.of("node", "-c", config.toString());
  }

  private static MemberProcess start(
      String name, List<String> command, Path logFile, AdminClient admin) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
            .start();
    return new MemberProcess(name, logFile, process, admin);
  }

  public String name() {
    return name;
  }

  public AdminClient admin() {
    return admin;
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** What it has used of all cores so far, in user and kernel mode, to a tick of the kernel's. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * Waits until {@code /readyz} says yes.
   *
   * @throws IOException if the process ends before; the message has its last log lines
   * @throws TimeoutException likewise, if it takes too long
   */
  public void awaitReady(Duration timeout)
      throws IOException, TimeoutException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!admin.ready()) {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "%s ended with status %d. Its last lines:%n%s"
                .formatted(name, process.exitValue(), lastLines()));
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(
            "%s is not ready after %d s. Its last lines:%n%s"
                .formatted(name, timeout.toSeconds(), lastLines()));
      }
    }
  }

  /** SIGKILL: it gets no chance to say goodbye. Returns when the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM, and SIGKILL if that does not help. */
  @Override
  public void close() {
    admin.close();
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  public List<String> log() throws IOException {
    return Files.readAllLines(logFile, StandardCharsets.UTF_8);
  }

  /** The end of its log, for an error message. */
  public String lastLines() {
    try {
      List<String> lines = log();
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException unreadable) {
      return "(no log: " + unreadable.getMessage() + ")";
    }
  }
}
