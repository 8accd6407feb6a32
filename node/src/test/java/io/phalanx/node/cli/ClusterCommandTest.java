package io.phalanx.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClusterCommandTest {
  private static final List<String> SECRETS =
      List.of("cluster-ca.key", "cluster.keys", "member-1.key", "member-2.key");
  private static final List<String> OPEN =
      List.of("cluster-ca.pem", "member-1.pem", "member-2.pem");
  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Phalanx.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void shouldMakeFilesThatAConfigurationCanName() throws IOException {
    Path files = directory.resolve("new");
    assertThat(init(files)).as(err.toString()).isZero();
    for (String secret : SECRETS) {
      assertThat(permissions(files.resolve(secret))).as(secret).isEqualTo("rw-------");
    }
    for (String open : OPEN) {
      assertThat(permissions(files.resolve(open))).as(open).isEqualTo("rw-r--r--");
    }
    try (Stream<Path> all = Files.list(files)) {
      assertThat(all).hasSize(SECRETS.size() + OPEN.size());
    }
    assertThat(check(files, 1)).as(err.toString()).isZero();
    assertThat(check(files, 2)).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void shouldWriteNothingOverWhatIsThere() throws IOException {
    Files.writeString(directory.resolve("member-2.key"), "precious");
    assertThat(init(directory)).isEqualTo(Phalanx.FAILED);
    assertThat(err.toString()).contains("member-2.key is there already");
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).hasSize(1);
    }
  }

  @Test
  void shouldMakeCertificatesForMembersOldAndNew() throws IOException {
    assertThat(init(directory)).isZero();
    String authority = Files.readString(directory.resolve("cluster-ca.pem"));
    String keyring = Files.readString(directory.resolve("cluster.keys"));
    String second = Files.readString(directory.resolve("member-2.pem"));
    assertThat(line.execute("cluster", "renew", "--in", directory.toString(), "--members", "2,3"))
        .as(err.toString())
        .isZero();
    assertThat(directory.resolve("member-2.pem")).content().isNotEqualTo(second);
    assertThat(check(directory, 2)).as(err.toString()).isZero();
    assertThat(check(directory, 3)).as(err.toString()).isZero();
    assertThat(directory.resolve("cluster-ca.pem")).hasContent(authority);
    assertThat(directory.resolve("cluster.keys")).hasContent(keyring);
  }

  @Test
  void shouldRotateTheKeyringInThreeSteps() throws IOException {
    assertThat(init(directory)).isZero();
    String first = key(1);
    rotates("add");
    assertThat(check(directory, 1)).as(err.toString()).isZero();
    assertThat(lines()).containsExactly("seal 1 " + first, "open 2 " + key(2));
    String second = key(2);
    assertThat(second).isNotEqualTo(first);
    rotates("use");
    assertThat(lines()).containsExactly("seal 2 " + second, "open 1 " + first);
    rotates("retire");
    assertThat(check(directory, 1)).as(err.toString()).isZero();
    assertThat(lines()).hasSize(2).first().isEqualTo("seal 2 " + second);
    assertThat(lines().getLast()).matches("marks 1 [0-9a-f]{64} [0-9a-f]{64}");
    assertThat(keyring()).content().doesNotContain(first);
    assertThat(permissions(keyring())).isEqualTo("rw-------");
    for (int id = 3; id < 300; id++) {
      rotates("add");
      rotates("use");
      rotates("retire");
    }
    assertThat(lines()).hasSize(9).first().asString().startsWith("seal " + 299 % 256 + " ");
    assertThat(out.toString()).doesNotContain(first, second);
  }

  @Test
  void shouldTakeNoStepOutOfTurn() throws IOException {
    assertThat(init(directory)).isZero();
    refuses("use", "the next step is add");
    refuses("retire", "the next step is add");
    rotates("add");
    refuses("add", "the next step is use");
    refuses("retire", "the next step is use");
    rotates("use");
    refuses("add", "the next step is retire");
    refuses("use", "the next step is retire");
  }

  private void rotates(String step) {
    assertThat(line.execute("cluster", "rotate", "--in", directory.toString(), step))
        .as(err.toString())
        .isZero();
  }

  private void refuses(String step, String why) throws IOException {
    String before = Files.readString(keyring());
    assertThat(line.execute("cluster", "rotate", "--in", directory.toString(), step))
        .isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(err.toString()).contains(why);
    err.getBuffer().setLength(0);
    assertThat(keyring()).hasContent(before);
  }

  private Path keyring() {
    return directory.resolve("cluster.keys");
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(keyring()).stream().filter(each -> !each.startsWith("#")).toList();
  }

  private String key(int id) throws IOException {
    return lines().stream()
        .map(each -> each.split(" ", -1))
        .filter(words -> words[1].equals("" + id))
        .findFirst()
        .orElseThrow()[2];
  }

  @Test
  void shouldRefuseNamesAndIdsThatCannotBe() {
    for (String ids : List.of("0", "1,4096", "x")) {
      assertThat(line.execute(initLine(directory, "berlin", ids)))
          .as(ids)
          .isEqualTo(Phalanx.WRONG_USAGE);
    }
    assertThat(line.execute(initLine(directory, "a/b", "1"))).isEqualTo(Phalanx.WRONG_USAGE);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldSayThatThereIsNoAuthority() {
    assertThat(line.execute("cluster", "renew", "--in", directory.toString(), "--members", "2"))
        .isEqualTo(Phalanx.FAILED);
    assertThat(err.toString()).contains("there is no file").contains("cluster-ca.pem");
  }

  private int init(Path files) {
    return line.execute(initLine(files, "berlin", "1,2"));
  }

  private static String[] initLine(Path files, String name, String ids) {
    return new String[] {
      "cluster", "init", "--name", name, "--members", ids, "--out", files.toString()
    };
  }

  private int check(Path files, int id) throws IOException {
    Path file = files.resolve("phalanx-" + id + ".yaml");
    String text =
        """
        member: {id: %1$d, state-dir: state}
        listen: {addresses: [127.0.0.1], ike-port: 5500, nat-port: 9500}
        clear:
          datagrams: {bind: 127.0.0.1:9001, peer: 127.0.0.1:9000}
        cluster:
          name: berlin
          keyring: cluster.keys
          tls: {authorities: [cluster-ca.pem], certificate: member-%1$d.pem, key: member-%1$d.key}
          members:
            - {id: 1, interlink: 127.0.0.1:4600, store: 127.0.0.1:5701}
            - {id: 2, interlink: 127.0.0.2:4600, store: 127.0.0.2:5701}
            - {id: 3, interlink: 127.0.0.3:4600, store: 127.0.0.3:5701}
        connections:
          - name: road
            local: {id: gw.example.org, auth: psk}
            remote: {id: "%%any", auth: psk}
            children: [{name: net, local: [10.50.0.0/24]}]
        preshared-keys: [{secret: "a secret of twenty-six chars"}]
        """
            .formatted(id);
    Files.writeString(file, text);
    int status = line.execute("config", "check", file.toString());
    Files.delete(file);
    return status;
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
