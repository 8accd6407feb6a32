package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Garbage;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.lab.Shell;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What must not get in: wrong credentials and bad input, which leave nothing behind. */
@Tag("root")
class RefusalIT {
  private static final long HEAP_GROWTH_OCTETS_MAX = 16L << 20;

  private static Lab lab;
  private static int charons;
  private Charon charon;

  @BeforeAll
  static void start() throws Exception {
    lab = Lab.start();
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
  void shouldHaveLeftNothingBehind() throws Exception {
    charon.terminate();
    charon.close();
    for (MemberProcess member : lab.living()) {
      Waiting.until(
          member.name() + " has no session and no half-open IKE SA left",
          45,
          () ->
              member.admin().sessions().isEmpty()
                  && member.admin().metrics().sum("phalanx_ike_halfopen") == 0
                  && member.admin().metrics().sum("phalanx_sa_carried") == 0);
      assertThat(member.log())
          .as("log of " + member.name())
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET));
      assertThat(member.admin().metrics().sum("phalanx_control_faults_total")).isZero();
    }
  }

  @Test
  void shouldRefuseAWrongPresharedKey() throws Exception {
    lab.load(charon, Lab.PROPOSALS, "not the secret at all, sorry");
    assertThat(charon.initiate()).isFalse();
    assertThat(charon.log()).contains("received AUTHENTICATION_FAILED notify");
  }

  @Test
  void shouldRefuseACertificateOfAnUnknownAuthority() throws Exception {
    lab.loadCertificate(charon, Pki.ROGUE);
    assertThat(charon.initiate()).isFalse();
    assertThat(charon.log()).contains("received AUTHENTICATION_FAILED notify");
  }

  @Test
  void shouldRefuseAnExpiredCertificate() throws Exception {
    lab.loadCertificate(charon, Pki.EXPIRED);
    assertThat(charon.initiate()).isFalse();
    assertThat(charon.log()).contains("received AUTHENTICATION_FAILED notify");
  }

  @Test
  void shouldSayThatNoProposalIsCommon() throws Exception {
    lab.load(charon, "aes128-sha1-modp2048", Lab.SECRET);
    assertThat(charon.initiate()).isFalse();
    assertThat(charon.log()).contains("received NO_PROPOSAL_CHOSEN notify");
  }

  @Test
  void shouldAgreeOnTheGroupThatBothHave() throws Exception {
    // The guess of the client is refused by INVALID_KE_PAYLOAD, with the group to use.
    lab.load(charon, "aes256gcm16-prfsha256-modp4096-ecp256", Lab.SECRET);
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    assertThat(lab.ping(3)).isEqualTo(3);
  }

  @Test
  void shouldNameAnUnknownCriticalPayload() throws Exception {
    String output = lab.javaResult("client", Garbage.class, "critical", Lab.GATEWAY, "500");
    assertThat(output).contains("notify 1");
  }

  @Test
  void shouldStandGarbageOnEveryPort() throws Exception {
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      String front = Lab.frontOf(id);
      lab.javaResult("lb", Garbage.class, "udp", front, "500", "300");
      lab.javaResult("lb", Garbage.class, "tcp", front, "9470", "20");
    }
    collectGarbage();
    long[] before = heaps();
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      String front = Lab.frontOf(id);
      for (String port : List.of("500", "4500", "4600")) {
        lab.javaResult("lb", Garbage.class, "udp", front, port, "3000");
      }
      for (String port : List.of("5701", "9470")) {
        lab.javaResult("lb", Garbage.class, "tcp", front, port, "50");
      }
    }
    for (String port : List.of("500", "4500")) {
      lab.javaResult("client", Garbage.class, "udp", Lab.GATEWAY, port, "3000");
    }
    for (MemberProcess member : lab.living()) {
      Waiting.until(member.name() + " is ready", 10, () -> member.admin().ready());
    }
    assertThat(lab.living()).hasSize(Lab.MEMBERS);
    lab.loadPsk(charon);
    assertThat(charon.initiate()).as(charon.log()).isTrue();
    assertThat(lab.ping(3)).isEqualTo(3);
    charon.terminate();
    collectGarbage();
    long[] after = heaps();
    for (int index = 0; index < before.length; index++) {
      assertThat(after[index] - before[index])
          .as("growth of the heap of gw%d", index + 1)
          .isLessThan(HEAP_GROWTH_OCTETS_MAX);
    }
  }

  private static void collectGarbage() throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    for (MemberProcess member : lab.living()) {
      Shell.must(List.of(jcmd, "" + member.pid(), "GC.run"));
    }
  }

  private static long[] heaps() throws Exception {
    long[] heaps = new long[Lab.MEMBERS];
    for (int id = 1; id <= Lab.MEMBERS; id++) {
      heaps[id - 1] = lab.member(id).admin().metrics().sum("jvm_memory_used_bytes{area=\"heap\"");
    }
    return heaps;
  }
}
