package io.phalanx.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.phalanx.it.process.JavaCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it: real processes, real kills, no privilege. */
class DemoIT {
  @TempDir private Path directory;

  @Test
  void shouldHoldItsGuaranteesWhenTheOwnerIsKilled() throws Exception {
    JsonNode summary = demo("--seconds", "8", "--rate", "200");
    assertThat(summary.get("members").asInt()).isEqualTo(3);
    assertThat(summary.get("killed").asInt()).isEqualTo(1);
    assertThat(summary.get("sent").asInt()).isGreaterThan(1000);
    assertThat(summary.get("lost").asInt()).isLessThan(summary.get("sent").asInt() / 4);
    assertThat(summary.get("longestGapMs").asDouble()).isBetween(1.0, 3000.0);
    assertThat(summary.get("takeoverMs").asDouble()).isBetween(1.0, 3000.0);
    assertThat(summary.get("replaysSent").asInt()).isGreaterThan(500);
    assertHeld(summary);
  }

  @Test
  void shouldHoldItsGuaranteesWhenTwoOwnersAreKilled() throws Exception {
    JsonNode summary = demo("--members", "4", "--kill", "2", "--seconds", "12", "--rate", "100");
    assertThat(summary.get("killed").asInt()).isEqualTo(2);
    assertHeld(summary);
  }

  @Test
  void shouldRefuseWrongArgumentsWithoutStartingAnything() throws Exception {
    assertThat(run(List.of("demo", "--kill", "3")).waitFor()).isEqualTo(2);
    assertThat(Files.readString(directory.resolve("err"))).contains("--kill");
  }

  private static void assertHeld(JsonNode summary) {
    for (String name :
        List.of("duplicated", "sequenceNumbersReused", "noncesReused", "replaysAccepted")) {
      assertThat(summary.get(name).asInt()).as(name).isZero();
    }
    assertThat(summary.get("spisChanged").asBoolean()).isFalse();
  }

  private JsonNode demo(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("demo", "--json"));
    command.addAll(List.of(arguments));
    Process process = run(command);
    int status = process.waitFor();
    String out = Files.readString(directory.resolve("out"), StandardCharsets.UTF_8);
    assertThat(status).as(out + Files.readString(directory.resolve("err"))).isZero();
    assertThat(out.lines()).hasSize(1);
    return new ObjectMapper().readTree(out);
  }

  private Process run(List<String> arguments) throws Exception {
    return new ProcessBuilder(JavaCommand.phalanx(arguments))
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }
}
