package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands and waits for them. */
public final class Shell {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** What a command printed, both streams together, and its exit status. */
  public record Result(int status, String output) {
    public boolean ok() {
      return status == 0;
    }
  }

  private Shell() {}

  public static Result run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException ended) {
                return "";
              }
            },
            // Not the common pool: it has one thread here, and some commands take their time.
            task -> Thread.ofVirtual().start(task));
    if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new IOException("took longer than " + TIMEOUT + ": " + String.join(" ", command));
    }
    return new Result(process.exitValue(), output.join());
  }

  public static Result run(String... command) throws IOException, InterruptedException {
    return run(List.of(command), Map.of());
  }

  /**
   * @throws IOException if the command fails, with what it printed
   */
  public static String must(List<String> command) throws IOException, InterruptedException {
    Result result = run(command, Map.of());
    if (!result.ok()) {
      throw new IOException(
          "status %d of: %s%n%s"
              .formatted(result.status(), String.join(" ", command), result.output()));
    }
    return result.output();
  }

  /** Words apart by single spaces. */
  public static String must(String command) throws IOException, InterruptedException {
    return must(List.of(command.split(" ", -1)));
  }

  /** The words of a prefix, then those of a command. */
  public static List<String> join(List<String> prefix, List<String> command) {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(command);
    return words;
  }
}
