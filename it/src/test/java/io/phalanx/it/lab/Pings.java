package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Pings from several addresses at once, until closed, with the time of every reply. */
public final class Pings implements AutoCloseable {
  private static final Pattern REPLY =
      Pattern.compile("(?m)^\\[(\\d+)\\.(\\d{3})\\d*\\] \\d+ bytes from .*icmp_seq=(\\d+)");
  private static final String INTERVAL_SECONDS = "0.2";

  /** Whom to ping, and from which address of ours. */
  public record Way(String source, String target) {}

  private final Path directory;
  private final Background process;

  private Pings(Path directory, Background process) {
    this.directory = directory;
    this.process = process;
  }

  static Pings start(List<String> prefix, Path directory, Map<String, Way> ways)
      throws IOException {
    Files.createDirectories(directory);
    String commands =
        ways.entrySet().stream()
            .map(
                way ->
                    "ping -n -D -i %s -I %s %s >%s 2>&1 &"
                        .formatted(
                            INTERVAL_SECONDS,
                            way.getValue().source(),
                            way.getValue().target(),
                            directory.resolve(way.getKey())))
            .collect(Collectors.joining("\n"));
    String script = "trap 'kill $(jobs -p); exit' TERM\n" + commands + "\nwait";
    return new Pings(
        directory,
        Background.start(
            Shell.join(prefix, List.of("bash", "-c", script)),
            Map.of(),
            directory.resolve("bash")));
  }

  /** When the replies of one have come, in milliseconds since 1970. */
  public List<Long> replies(String name) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      return List.of();
    }
    return REPLY.matcher(Files.readString(file)).results().map(Pings::millis).toList();
  }

  /** Replies that came after a time. */
  public long repliesAfter(String name, long millis) throws IOException {
    return replies(name).stream().filter(each -> each > millis).count();
  }

  /** From the last reply before a time to the first after it; forever if there is none. */
  public long gapMillis(String name, long millis) throws IOException {
    List<Long> replies = replies(name);
    long before =
        replies.stream().filter(each -> each <= millis).mapToLong(each -> each).max().orElse(0);
    return replies.stream()
        .filter(each -> each > millis)
        .mapToLong(each -> each - before)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static long millis(MatchResult reply) {
    return Long.parseLong(reply.group(1)) * 1000 + Long.parseLong(reply.group(2));
  }

  @Override
  public void close() {
    process.close();
  }
}
