package io.phalanx.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConfigCommandTest {
  private static final String RIGHT =
      """
      member: {id: 1, state-dir: state}
      listen: {addresses: [127.0.0.1], ike-port: 5500, nat-port: 9500}
      clear:
        datagrams: {bind: 127.0.0.1:9001, peer: 127.0.0.1:9000}
      cluster:
        name: demo
        keys: [{id: 1, secret: "%s"}]
        members: [{id: 1, interlink: 127.0.0.1:4600, store: 127.0.0.1:5701}]
      connections:
        - name: road
          local: {id: gw.example.org, auth: psk}
          remote: {id: "%%any", auth: psk}
          children: [{name: net, local: [10.50.0.0/24]}]
      preshared-keys: [{secret: "a secret of twenty-six chars"}]
      """
          .formatted("ab".repeat(32));

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Phalanx.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void shouldSayThatAFileIsRight() throws IOException {
    Path file = file(RIGHT);
    assertThat(line.execute("config", "check", file.toString())).as(err.toString()).isZero();
    assertThat(out.toString()).contains("right");
    assertThat(line.execute("config", "check", "-c", file.toString())).isZero();
  }

  @Test
  void shouldNameEveryErrorWithItsLineAndStartNothing() throws IOException {
    Path file = file(RIGHT.replace("id: 1, state-dir", "id: 0, state-dir").replace("psk}", "pks}"));
    assertThat(line.execute("config", "check", file.toString())).isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(err.toString().lines())
        .anySatisfy(text -> assertThat(text).startsWith(file + ":1:").contains("member.id"))
        .anySatisfy(text -> assertThat(text).contains("connections[0].local.auth"))
        .anySatisfy(text -> assertThat(text).contains("connections[0].remote.auth"));
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() {
    assertThat(line.execute("config", "check", directory.resolve("no.yaml").toString()))
        .isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(err.toString()).contains("there is no file");
  }

  @Test
  void shouldAskForAFile() {
    assertThat(line.execute("config", "check")).isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(err.toString()).contains("name one file");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("phalanx.yaml"), text);
  }
}
