package io.phalanx.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class PhalanxTest {
  @Command(name = "fail")
  static final class Failing implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException("UDP port 500 is taken");
    }
  }

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Phalanx.commandLine()
          .addSubcommand(new Failing())
          .setOut(new PrintWriter(out))
          .setErr(new PrintWriter(err));

  @Test
  void shouldSayItsVersion() {
    assertThat(line.execute("version")).isEqualTo(Phalanx.OK);
    assertThat(out.toString()).startsWith("phalanx ").contains("Java");
  }

  @Test
  void shouldRefuseUnknownCommandsAsWrongUsage() {
    assertThat(line.execute("fly")).isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(err.toString()).contains("fly");
  }

  @Test
  void shouldTellAFailureInOneLine() {
    assertThat(line.execute("fail")).isEqualTo(Phalanx.FAILED);
    assertThat(err.toString().lines()).containsExactly("phalanx: UDP port 500 is taken");
  }
}
