package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.it.analysis.Datagram;
import io.phalanx.it.analysis.Exchanges;
import io.phalanx.it.analysis.Pcap;
import io.phalanx.it.analysis.Uniqueness;
import io.phalanx.it.lab.Background;
import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.LabConfig;
import io.phalanx.it.lab.LabPlan;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.lab.UdpProbe;
import io.phalanx.it.lab.Waiting;
import io.phalanx.node.cli.Phalanx;
import io.phalanx.node.ops.SessionView;
import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * strongSwan while its session moves from one cluster, of gw1, to another one, of gw2 and gw3. The
 * two share nothing but the keys by which they know each other.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContextIT {
  private static final int EAST = 1;
  private static final int WEST = 2;
  private static final String PROBE_INTERVAL_MICROS = "5000";
  private static final Pattern PROBE =
      Pattern.compile("sent (\\d+) received (\\d+) duplicated (\\d+) longestGapMs (\\d+)");

  @TempDir private static Path files;

  private static Lab lab;
  private static Charon charon;
  private static Charon.Sas before;

  @BeforeAll
  static void start() throws Exception {
    new ClusterFiles(files.resolve("east"), new SecureRandom())
        .create("east", new TreeSet<>(List.of(EAST)), Instant.now());
    new ClusterFiles(files.resolve("west"), new SecureRandom())
        .create("west", new TreeSet<>(List.of(2, 3)), Instant.now());
    for (String name : List.of("east-transfer", "west-transfer")) {
      assertThat(Phalanx.commandLine().execute("context", "key", files.resolve(name).toString()))
          .isZero();
    }
    lab = Lab.start(LabPlan.small(ContextIT::config));
    charon = lab.charon("client");
    lab.loadPsk(charon);
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    Waiting.until("the first cluster has it", 10, () -> owner() == EAST);
    before = charon.sas();
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  private static String config(Path directory, int id, Pki pki) {
    boolean east = id == EAST;
    String name = east ? "east" : "west";
    String partner = east ? "west" : "east";
    return LabConfig.small(directory, id, pki, east ? east() : west(id))
        + """
        context-transfer:
          key: "%s"
          partners: [{name: %s, key: "%s"}]
        """
            .formatted(
                files.resolve(name + "-transfer.key"),
                partner,
                files.resolve(partner + "-transfer.pub"));
  }

  private static String east() {
    return """
      name: east
      keyring: "%s"
      members:
        - {id: 1, interlink: "10.60.0.11:4600", store: "10.60.0.11:5701"}
      backups: 0
      minimum-members: 1
    """
        .stripTrailing()
        .formatted(files.resolve("east").resolve(ClusterFiles.KEYRING));
  }

  private static String west(int id) {
    Path its = files.resolve("west");
    return """
      name: west
      keyring: "%s"
      tls: {authorities: ["%s"], certificate: "%s", key: "%s"}
      members:
        - {id: 2, interlink: "10.60.0.12:4600", store: "10.60.0.12:5701"}
        - {id: 3, interlink: "10.60.0.13:4600", store: "10.60.0.13:5701"}
      backups: 1
      minimum-members: 1
    """
        .stripTrailing()
        .formatted(
            its.resolve(ClusterFiles.KEYRING),
            its.resolve(ClusterFiles.AUTHORITY),
            its.resolve(ClusterFiles.certificate(id)),
            its.resolve(ClusterFiles.key(id)));
  }

  /** Everything of the first cluster ends; its peer notices nothing but some lost packets. */
  @Test
  @Order(1)
  void shouldGoOnWithASessionOfAnotherCluster() throws Exception {
    Lab.Capture capture = lab.capture("move", 0);
    Background probe =
        lab.java(
            "client",
            "move-probe",
            UdpProbe.class,
            Lab.SERVER,
            "" + Lab.ECHO_PORT,
            PROBE_INTERVAL_MICROS);
    Waiting.until("packets go", 10, () -> Files.size(lab.file("move.pcap")) > 100_000);
    Path set = files.resolve("set");
    assertThat(context(EAST, "export", "--to", "west", "--out", set.toString()))
        .isEqualTo("1 sessions are in " + set);
    assertThat(Files.readString(set, StandardCharsets.ISO_8859_1))
        .startsWith("PHXCTX1\n")
        .doesNotContain("psk@lab.example");
    lab.member(EAST).close();
    assertThat(context(WEST, "import", set.toString(), "--from", "east"))
        .isEqualTo("1 sessions are here");
    Waiting.until("packets come through the other cluster", 20, () -> lab.ping(1) == 1);
    assertThat(lab.ping(20)).isEqualTo(20);
    Matcher told = PROBE.matcher(probe.finish());
    assertThat(told.find()).isTrue();
    System.out.println("moved to another cluster: " + told.group());
    assertThat(told.group(3)).as("duplicated").isEqualTo("0");

    assertThat(charon.sas()).as(charon.log()).isEqualTo(before);
    Exchanges exchanges = new Exchanges();
    Uniqueness uniqueness = new Uniqueness();
    for (Pcap.Udp udp : Pcap.read(capture.stop())) {
      switch (Datagram.read(true, ByteBuffer.wrap(udp.payload()))) {
        case Datagram.Esp esp when udp.source().getPort() == 4500 -> uniqueness.add(esp);
        case Datagram.Ike ike -> exchanges.add(ike, udp.target().getPort() == 4500);
        default -> {}
      }
    }
    assertThat(exchanges.of("IKE_SA_INIT")).as(exchanges.summary()).isZero();
    assertThat(exchanges.of("IKE_AUTH")).as(exchanges.summary()).isZero();
    assertThat(exchanges.of("CREATE_CHILD_SA")).as(exchanges.summary()).isZero();
    assertThat(uniqueness.packets()).isGreaterThan(100);
    assertThat(uniqueness.examples()).as("numbers or IVs sent twice").isEmpty();
    assertThat(uniqueness.sequencesSkipped()).isZero();
  }

  @Test
  @Order(2)
  void shouldNotTakeASessionThatIsThere() {
    assertThatThrownBy(ContextIT::takeAgain).hasMessageContaining("it is here");
  }

  /** Its SPIs are of the other cluster's making, and any member knows them all the same. */
  @Test
  @Order(3)
  void shouldSurviveItsMemberThere() throws Exception {
    int owner = owner();
    assertThat(owner).isNotEqualTo(EAST);
    lab.member(owner).kill();
    Waiting.until("the other member has it", 20, () -> lab.ping(1) == 1);
    assertThat(lab.ping(20)).isEqualTo(20);
    assertThat(charon.sas()).as(charon.log()).isEqualTo(before);
  }

  /** The peer and the other cluster have the same keys and message ids. */
  @Test
  @Order(4)
  void shouldRekeyThere() throws Exception {
    charon.rekeyBoth();
    assertThat(lab.ping(20)).isEqualTo(20);
  }

  /** To take it up again would use its numbers twice. */
  @Test
  @Order(5)
  void shouldTakeASetOnce() throws Exception {
    charon.terminate();
    Waiting.until("it has ended", 20, () -> owner() == 0);
    Waiting.until(
        "the set is refused for good",
        30,
        () -> {
          try {
            return takeAgain().isEmpty();
          } catch (IOException refused) {
            return String.valueOf(refused.getMessage()).contains("this set was taken before");
          }
        });
  }

  @Test
  @Order(6)
  void shouldHaveLoggedNoException() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      assertThat(lab.member(id).log()).as("log of gw" + id).noneMatch(Faults::in);
    }
  }

  private static String takeAgain() throws Exception {
    int living = lab.member(WEST).alive() ? WEST : 3;
    return context(living, "import", files.resolve("set").toString(), "--from", "east");
  }

  private static String context(int id, String what, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("context", what, Lab.frontOf(id) + ":9470"));
    all.addAll(List.of(arguments));
    return lab.javaResult("gw" + id, Phalanx.class, all.toArray(String[]::new)).strip();
  }

  /** Which member has the session; 0 if none lists it. */
  private static int owner() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (lab.member(id).alive()) {
        for (SessionView session : lab.member(id).admin().sessions()) {
          if (!session.children().isEmpty() && session.owner() == id) {
            return id;
          }
        }
      }
    }
    return 0;
  }
}
