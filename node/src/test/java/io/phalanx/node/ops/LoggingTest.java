package io.phalanx.node.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Runs a process of its own for each format: logging is configured once for a JVM. */
class LoggingTest {
  /** Logs one event with an exception. */
  static final class Speaker {
    private Speaker() {}

    public static void main(String[] arguments) {
      LoggerFactory.getLogger("speaker")
          .warn("two\nlines", new IllegalStateException("deep", new RuntimeException("root")));
      LoggerFactory.getLogger("com.hazelcast.noise").info("not to be seen");
    }
  }

  @Test
  void shouldWriteOneLineOfTextForAnEventWithAStackTrace() throws Exception {
    List<String> lines = output("text");
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .contains("WARN  speaker two | lines java.lang.IllegalStateException: deep", "root");
  }

  @Test
  void shouldWriteOneJsonObjectForAnEvent() throws Exception {
    List<String> lines = output("json");
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .startsWith("{")
        .endsWith("}")
        .contains("\"formattedMessage\":\"two\\nlines\"", "IllegalStateException");
  }

  private static List<String> output(String format) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Speaker.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PHALANX_LOG", format);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text.lines().toList();
  }
}
