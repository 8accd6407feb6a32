package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.analysis.Datagram;
import io.phalanx.it.analysis.Exchanges;
import io.phalanx.it.analysis.Pcap;
import io.phalanx.it.analysis.Uniqueness;
import io.phalanx.it.lab.Background;
import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.UdpProbe;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.cli.Phalanx;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** strongSwan while members leave on purpose, one after the other. */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DrainIT {
  private static final String PROBE_INTERVAL_MICROS = "5000";
  private static final Pattern PROBE =
      Pattern.compile("sent (\\d+) received (\\d+) duplicated (\\d+)");

  private static final List<String> DROPS = new ArrayList<>();

  private static Lab lab;
  private static Charon charon;

  /** Where the balancer sends the client while all members are there. */
  private static int home;

  @BeforeAll
  static void start() throws Exception {
    lab = Lab.start();
    charon = lab.charon("client");
    lab.loadPsk(charon);
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    Waiting.until("the members list the session", 10, () -> owner() != 0);
    home = owner();
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void shouldLoseAndSkipNothingWhenTheOwnerIsDrained() throws Exception {
    Traffic traffic = new Traffic("drain");
    int first = owner();
    drain(first);
    awaitOwnerOtherThan(first);
    assertThat(lab.member(first).admin().ready()).isFalse();
    traffic.endsWithoutLoss();
  }

  @Test
  @Order(2)
  void shouldLoseAndSkipNothingWhenEveryMemberIsRestarted() throws Exception {
    Traffic traffic = new Traffic("rolling");
    restartAll();
    traffic.endsWithoutLoss();
  }

  private static void restartAll() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      drain(id);
      noteDrops();
      lab.member(id).close();
      lab.revive(id);
    }
  }

  @Test
  @Order(3)
  void shouldFollowTheTrafficToAMemberThatIsBack() throws Exception {
    Traffic traffic = new Traffic("following");
    drain(home);
    lab.member(home).close();
    awaitOwnerOtherThan(home);
    lab.revive(home);
    Waiting.until("the SA is where the balancer sends its packets", 30, () -> owner() == home);
    traffic.endsWithoutLoss();
  }

  @Test
  @Order(4)
  void shouldHandOverWhenItIsToldToEnd() throws Exception {
    Traffic traffic = new Traffic("sigterm");
    int first = owner();
    lab.member(first).close();
    awaitOwnerOtherThan(first);
    traffic.endsWithoutLoss();
  }

  /** Between the last two steps, what the old key has sealed is replaced, as time would. */
  @Test
  @Order(5)
  void shouldLoseNothingWhileTheKeyringIsRotated() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (!lab.member(id).alive()) {
        lab.revive(id);
      }
    }
    for (String step : List.of("add", "use", "retire")) {
      if (step.equals("retire")) {
        charon.rekeyBoth();
      }
      Traffic traffic = new Traffic("rotate-" + step);
      rotate(step);
      restartAll();
      traffic.endsWithoutLoss();
    }
  }

  /** What members have dropped so far: for a failure, as their counters end with them. */
  private static void noteDrops() throws Exception {
    for (MemberProcess member : lab.living()) {
      DROPS.add(
          member.admin().metrics().samples().entrySet().stream()
              .filter(each -> each.getKey().contains("dropped") && each.getValue() > 0)
              .map(Object::toString)
              .sorted()
              .collect(Collectors.joining(" ", member.name() + " ", "")));
    }
  }

  private static void rotate(String step) throws Exception {
    String directory = lab.file("cluster").toString();
    lab.javaResult("lan", Phalanx.class, "cluster", "rotate", "--in", directory, step);
  }

  @Test
  @Order(6)
  void shouldHaveLoggedNoException() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      assertThat(lab.member(id).log()).as("log of gw" + id).noneMatch(Faults::in);
    }
  }

  /** On its way from one member to the next, nobody lists it for a moment. */
  private static void awaitOwnerOtherThan(int id) {
    Waiting.until("another member owns it", 10, () -> !Set.of(0, id).contains(owner()));
  }

  private static void drain(int id) throws Exception {
    String said = lab.javaResult("gw" + id, Phalanx.class, "drain", Lab.frontOf(id) + ":9470");
    assertThat(said.lines().toList()).last().isEqualTo("drained: 0 sessions, 0 SAs left");
  }

  /** Probes through the tunnel, and all that passes the balancer meanwhile. */
  private static final class Traffic {
    private final Charon.Sas before;
    private final Lab.Capture capture;
    private final Background probe;

    Traffic(String name) throws Exception {
      before = charon.sas();
      capture = lab.capture(name, 0);
      probe =
          lab.java(
              "client",
              name + "-probe",
              UdpProbe.class,
              Lab.SERVER,
              "" + Lab.ECHO_PORT,
              PROBE_INTERVAL_MICROS);
      runFor(2000);
    }

    void endsWithoutLoss() throws Exception {
      runFor(1000);
      String output = probe.finish();
      noteDrops();
      String drops = String.join("\n", DROPS);
      DROPS.clear();
      Path captured = capture.stop();
      Matcher matcher = PROBE.matcher(output);
      assertThat(matcher.find()).as(output).isTrue();
      assertThat(matcher.group(2)).as(output + drops).isEqualTo(matcher.group(1));
      assertThat(matcher.group(3)).as(output).isEqualTo("0");
      assertThat(Long.parseLong(matcher.group(1))).isGreaterThan(500);

      assertThat(charon.sas()).isEqualTo(before);
      Exchanges exchanges = new Exchanges();
      Uniqueness uniqueness = new Uniqueness();
      for (Pcap.Udp udp : Pcap.read(captured)) {
        switch (Datagram.read(true, ByteBuffer.wrap(udp.payload()))) {
          case Datagram.Esp esp when udp.source().getPort() == 4500 -> uniqueness.add(esp);
          case Datagram.Ike ike -> exchanges.add(ike, udp.target().getPort() == 4500);
          default -> {}
        }
      }
      assertThat(exchanges.of("IKE_SA_INIT")).as(exchanges.summary()).isZero();
      assertThat(exchanges.of("IKE_AUTH")).as(exchanges.summary()).isZero();
      assertThat(exchanges.of("CREATE_CHILD_SA")).as(exchanges.summary()).isZero();
      assertThat(uniqueness.packets()).isGreaterThan(500);
      assertThat(uniqueness.examples()).isEmpty();
      assertThat(uniqueness.sequencesSkipped()).isZero();
    }
  }

  /** Who carries the client's Child SA; 0 if nobody says so. */
  private static int owner() throws IOException, InterruptedException {
    for (MemberProcess member : lab.living()) {
      for (SessionView session : member.admin().sessions()) {
        if (!session.children().isEmpty()) {
          return session.children().getFirst().owner();
        }
      }
    }
    return 0;
  }

  /** Lets traffic flow: what is waited for here is time itself. */
  private static void runFor(int millis) {
    LockSupport.parkNanos(millis * 1_000_000L);
  }
}
