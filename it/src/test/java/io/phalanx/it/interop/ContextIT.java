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
 * strongSwan while its session moves from one cluster, of gw1 and gw2, to another one, of gw3. The
 * two share nothing but the keys by which they know each other.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContextIT {
  private static final int OTHER = 3;
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
        .create("east", new TreeSet<>(List.of(1, 2)), Instant.now());
    new ClusterFiles(files.resolve("west"), new SecureRandom())
        .create("west", new TreeSet<>(List.of(OTHER)), Instant.now());
    for (String name : List.of("east-transfer", "west-transfer")) {
      assertThat(Phalanx.commandLine().execute("context", "key", files.resolve(name).toString()))
          .isZero();
    }
    lab = Lab.start(LabPlan.small(ContextIT::config));
    charon = lab.charon("client");
    lab.loadPsk(charon);
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    Waiting.until("a member of the first cluster has it", 10, () -> owner() != 0);
    assertThat(owner()).as("where the balancer sends the client").isNotEqualTo(OTHER);
    before = charon.sas();
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  private static String config(Path directory, int id, Pki pki) {
    boolean east = id != OTHER;
    String name = east ? "east" : "west";
    String partner = east ? "west" : "east";
    return LabConfig.small(directory, id, pki, east ? east(id) : west())
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

  private static String east(int id) {
    Path its = files.resolve("east");
    return """
      name: east
      keyring: "%s"
      tls: {authorities: ["%s"], certificate: "%s", key: "%s"}
      members:
        - {id: 1, interlink: "10.60.0.11:4600", store: "10.60.0.11:5701"}
        - {id: 2, interlink: "10.60.0.12:4600", store: "10.60.0.12:5701"}
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

  private static String west() {
    return """
      name: west
      keyring: "%s"
      members:
        - {id: 3, interlink: "10.60.0.13:4600", store: "10.60.0.13:5701"}
      backups: 0
      minimum-members: 1
    """
        .stripTrailing()
        .formatted(files.resolve("west").resolve(ClusterFiles.KEYRING));
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
    int owner = owner();
    assertThat(context(owner, "export", "--to", "west", "--out", set.toString()))
        .isEqualTo("1 sessions are in " + set);
    assertThat(Files.readString(set, StandardCharsets.ISO_8859_1))
        .startsWith("PHXCTX1\n")
        .doesNotContain("psk@lab.example");
    for (int id : List.of(1, 2)) {
      lab.member(id).close();
    }
    assertThat(context(OTHER, "import", set.toString(), "--from", "east"))
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
  void shouldTakeASetOnce() {
    assertThatThrownBy(
            () -> context(OTHER, "import", files.resolve("set").toString(), "--from", "east"))
        .hasMessageContaining("this set was taken before");
  }

  /** The peer and the other cluster have the same keys and message ids. */
  @Test
  @Order(3)
  void shouldRekeyThere() throws Exception {
    charon.rekeyChild();
    charon.rekeyIke();
    Waiting.until(
        "both SAs are new",
        20,
        () -> {
          Charon.Sas now = charon.sas();
          return now.children() == 1
              && !now.ikeSpis().isEmpty()
              && !now.ikeSpis().equals(before.ikeSpis())
              && !now.childSpis().equals(before.childSpis());
        });
    assertThat(lab.ping(20)).isEqualTo(20);
  }

  @Test
  @Order(4)
  void shouldHaveLoggedNoException() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      assertThat(lab.member(id).log()).as("log of gw" + id).noneMatch(Faults::in);
    }
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
