package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.analysis.Datagram;
import io.phalanx.it.analysis.Exchanges;
import io.phalanx.it.analysis.Pcap;
import io.phalanx.it.analysis.Uniqueness;
import io.phalanx.it.lab.Background;
import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.FileClient;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.lab.Replayer;
import io.phalanx.it.lab.UdpProbe;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * strongSwan through three members: authentication, traffic, rekeys, and members that are killed.
 *
 * <p>One laboratory for all: the order is that of the damage done.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TunnelIT {
  private static final int FILE_OCTETS = 50_000_000;
  private static final int GAP_MILLIS_MAX = 1000;
  private static final String PROBE_INTERVAL_MICROS = "5000";
  private static final Pattern PROBE =
      Pattern.compile("sent (\\d+) received (\\d+) duplicated (\\d+) longestGapMs (\\d+)");

  private static Lab lab;
  private static Lab.Capture headers;
  private static int charons;
  private Charon charon;

  private record Probed(long sent, long received, long duplicated, long longestGapMillis) {}

  @BeforeAll
  static void start() throws Exception {
    lab = Lab.start();
    headers = lab.capture("headers", 128);
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @BeforeEach
  void client() throws Exception {
    charon = lab.charon("client" + ++charons);
  }

  @AfterEach
  void clientGone() throws Exception {
    charon.terminate();
    charon.close();
  }

  @Test
  @Order(1)
  void shouldCarryPingsAndAFileBothWaysWithAPresharedKey() throws Exception {
    lab.loadPsk(charon);
    connect();
    assertThat(charon.sas().virtualAddress()).startsWith("10.77.0.");
    assertThat(lab.ping(5)).isEqualTo(5);
    moveFile();
  }

  @Test
  @Order(2)
  void shouldCarryPingsAndAFileBothWaysWithCertificates() throws Exception {
    lab.loadCertificate(charon, Pki.CLIENT);
    connect();
    assertThat(lab.ping(5)).isEqualTo(5);
    moveFile();
  }

  @Test
  @Order(3)
  void shouldRekeyChildAndIkeWithoutLosingTheTunnel() throws Exception {
    lab.loadPsk(charon);
    connect();
    Charon.Sas first = charon.sas();
    charon.rekeyChild();
    Waiting.until("the Child SA is rekeyed", 10, () -> oneChildOtherThan(first));
    assertThat(charon.sas().ikeSpis()).isEqualTo(first.ikeSpis());
    assertThat(lab.ping(5)).isEqualTo(5);

    Charon.Sas second = charon.sas();
    charon.rekeyIke();
    Waiting.until(
        "the IKE SA is rekeyed", 10, () -> !charon.sas().ikeSpis().equals(second.ikeSpis()));
    assertThat(charon.sas().childSpis()).isEqualTo(second.childSpis());
    assertThat(charon.sas().virtualAddress()).isEqualTo(first.virtualAddress());
    assertThat(lab.ping(5)).isEqualTo(5);
  }

  @Test
  @Order(4)
  void shouldKeepTheTunnelWhenItsOwnerIsKilledAndThenTheNextOne() throws Exception {
    lab.loadPsk(charon);
    connect();
    int first = killOwnerUnderTraffic("first");
    int second = killOwnerUnderTraffic("second");
    assertThat(second).isNotEqualTo(first);

    lab.restart(first);
    Waiting.until(
        "the balancer has the member again",
        20,
        () -> lab.balancerLog().lines().toList().getLast().contains("gw" + first + " up"));
    assertThat(lab.ping(10)).isGreaterThanOrEqualTo(9);
    lab.restart(second);
    killOwnerUnderTraffic("third");
  }

  @Test
  @Order(5)
  void shouldNeverHaveSentASequenceNumberOrAnIvTwice() throws Exception {
    lab.loadPsk(charon);
    connect();
    assertThat(lab.ping(3)).isEqualTo(3);
    Uniqueness uniqueness = new Uniqueness();
    for (Pcap.Udp udp : Pcap.read(headers.stop())) {
      if (udp.source().getPort() == 4500
          && Datagram.read(true, ByteBuffer.wrap(udp.payload())) instanceof Datagram.Esp esp) {
        uniqueness.add(esp);
      }
    }
    // Two files of 50 MB alone are some 70,000 packets.
    assertThat(uniqueness.packets()).isGreaterThan(50_000);
    assertThat(uniqueness.examples()).isEmpty();
    assertThat(uniqueness.sequencesReused()).isZero();
    assertThat(uniqueness.ivsReused()).isZero();
  }

  @Test
  @Order(6)
  void shouldHaveLoggedNoExceptionAndNoKey() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      assertThat(lab.member(id).log())
          .as("log of gw" + id)
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET));
    }
  }

  /** Kills the owner, and shows that the client has noticed nothing. Returns who it was. */
  private int killOwnerUnderTraffic(String name) throws Exception {
    Charon.Sas before = charon.sas();
    int owner = session().children().getFirst().owner();
    Lab.Capture capture = lab.capture(name, 0);
    Background probe =
        lab.java(
            "client",
            name + "-probe",
            UdpProbe.class,
            Lab.SERVER,
            "" + Lab.ECHO_PORT,
            PROBE_INTERVAL_MICROS);
    runFor(3000);
    lab.member(owner).kill();
    long killedNanos = System.currentTimeMillis() * 1_000_000;
    runFor(6000);
    Probed probed = probed(probe.finish());
    Path captured = capture.stop();

    assertThat(charon.sas()).isEqualTo(before);
    assertThat(probed.duplicated()).isZero();
    assertThat(probed.longestGapMillis()).isLessThan(GAP_MILLIS_MAX);
    assertThat(probed.received()).isGreaterThan(probed.sent() / 2);
    Exchanges exchanges = exchangesSince(captured, killedNanos);
    assertThat(exchanges.of("IKE_SA_INIT")).as(exchanges.summary()).isZero();
    assertThat(exchanges.of("IKE_AUTH")).as(exchanges.summary()).isZero();
    assertThat(exchanges.of("CREATE_CHILD_SA")).as(exchanges.summary()).isZero();
    refusesReplay(captured);
    assertThat(lab.ping(3)).isEqualTo(3);
    return owner;
  }

  /** Every captured packet again, to every living member: none may be accepted. */
  private void refusesReplay(Path captured) throws Exception {
    String[] arguments = {captured.toString(), Lab.FRONT, "4500"};
    List<String> all = new ArrayList<>(List.of(arguments));
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      if (lab.member(id).alive()) {
        all.add(Lab.frontOf(id));
      }
    }
    long accepted = accepted();
    long refused = refused();
    String output = lab.javaResult("lb", Replayer.class, all.toArray(new String[0]));
    int replayed = Integer.parseInt(output.replaceAll("(?s).*replayed (\\d+).*", "$1"));
    assertThat(replayed).isGreaterThan(500);
    Waiting.until(
        "the members have counted the replays", 10, () -> refused() >= refused + replayed * 9 / 10);
    assertThat(accepted()).isEqualTo(accepted);
  }

  private long accepted() throws Exception {
    return sum("phalanx_esp_packets_total{direction=\"in\"}");
  }

  /** A packet older than the window may fail its authentication instead (RFC 4303 §A2). */
  private static long refused() throws Exception {
    return sum("phalanx_dropped_packets_total{reason=\"replayed\"}")
        + sum("phalanx_dropped_packets_total{reason=\"not-authentic\"}");
  }

  private static long sum(String sample) throws Exception {
    long sum = 0;
    for (MemberProcess member : lab.living()) {
      sum += member.admin().metrics().sum(sample);
    }
    return sum;
  }

  private static Exchanges exchangesSince(Path capture, long nanos) throws IOException {
    Exchanges exchanges = new Exchanges();
    for (Pcap.Udp udp : Pcap.read(capture)) {
      if (udp.timeNanos() > nanos
          && Datagram.read(true, ByteBuffer.wrap(udp.payload())) instanceof Datagram.Ike ike) {
        exchanges.add(ike, udp.target().getPort() == 4500);
      }
    }
    return exchanges;
  }

  private void connect() throws Exception {
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    Waiting.until("the members list the session", 10, () -> !session().children().isEmpty());
  }

  /** The one session, as any living member lists it. */
  private static SessionView session() throws Exception {
    for (MemberProcess member : lab.living()) {
      for (SessionView session : member.admin().sessions()) {
        if (!session.children().isEmpty()) {
          return session;
        }
      }
    }
    throw new IOException("no member lists a session");
  }

  private boolean oneChildOtherThan(Charon.Sas before) throws Exception {
    String now = charon.sas().childSpis();
    return !now.equals(before.childSpis()) && now.split(" ", -1).length == 2;
  }

  private static void moveFile() throws Exception {
    Path file = lab.file("fifty");
    if (!Files.exists(file)) {
      byte[] octets = new byte[FILE_OCTETS];
      new Random(7).nextBytes(octets);
      Files.write(file, octets);
    }
    String output =
        lab.javaResult(
            "client",
            FileClient.class,
            Lab.SERVER,
            "" + Lab.FILE_PORT,
            file.toString(),
            lab.file("back").toString());
    List<String> digests =
        output
            .lines()
            .filter(line -> line.matches("(sent|got|back) [0-9a-f]{64}"))
            .map(line -> line.substring(line.indexOf(' ') + 1))
            .toList();
    assertThat(digests).as(output).hasSize(3);
    assertThat(digests.stream().distinct()).hasSize(1);
    assertThat(Files.size(lab.file("back"))).isEqualTo(FILE_OCTETS);
  }

  private static Probed probed(String output) {
    Matcher matcher = PROBE.matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return new Probed(
        Long.parseLong(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)),
        Long.parseLong(matcher.group(4)));
  }

  /** Lets traffic flow: what is waited for here is time itself. */
  private static void runFor(int millis) {
    LockSupport.parkNanos(millis * 1_000_000L);
  }
}
