package io.phalanx.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.it.lab.Charon;
import io.phalanx.it.lab.Charon.Sas;
import io.phalanx.it.lab.Faults;
import io.phalanx.it.lab.Gate;
import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.LabPlan.ClientPool;
import io.phalanx.it.lab.Pings;
import io.phalanx.it.lab.Pki;
import io.phalanx.it.lab.Waiting;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.node.ops.SessionView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Branches that the cluster calls, where strongSwan answers: one by a pre-shared key and one by
 * certificates. The members are behind a NAT of the laboratory's, so that another owner has another
 * port of the one address that the branch sees.
 */
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BranchIT {
  private static final int CREATE_CHILD_SA = 36;
  private static final int PATIENCE_SECONDS = 45;
  private static final int REPLIES = 3;
  private static final String SHARED = "branch-psk";
  private static final String CERTIFIED = "branch-certificate";
  private static final Map<String, String> HOSTS =
      Map.of(SHARED, "10.90.0.1", CERTIFIED, "10.91.0.1");

  private static final String BRANCHES =
      """
      connections {
        branch-psk {
          version = 2
          local_addrs = 10.99.0.2
          mobike = no
          proposals = aes256gcm16-prfsha256-ecp256
          local {
            id = branch.lab.example
            auth = psk
          }
          remote {
            id = gw.lab.example
            auth = psk
          }
          children {
            branch-psk {
              local_ts = 10.90.0.0/24
              remote_ts = 10.50.0.0/24
              esp_proposals = aes128gcm16-ecp256
            }
          }
        }
        branch-certificate {
          version = 2
          local_addrs = 10.99.0.2
          mobike = no
          proposals = aes256gcm16-prfsha384-ecp384
          local {
            id = branch-two@lab.example
            auth = pubkey
            certs = branch.pem
          }
          remote {
            id = gw.lab.example
            auth = pubkey
          }
          children {
            branch-certificate {
              local_ts = 10.91.0.0/24
              remote_ts = 10.50.0.0/24
              esp_proposals = aes256gcm16
            }
          }
        }
      }
      secrets {
        ike-all {
          secret = "%s"
        }
      }
      """
          .formatted(Lab.SECRET);

  private static final String NAT =
      """
      table ip branch {
        chain after {
          type nat hook postrouting priority srcnat;
          ip saddr 10.60.0.0/24 oifname "c0" meta l4proto udp masquerade
        }
      }
      """;

  private static Lab lab;
  private static Charon charon;
  private static Pings pings;

  @BeforeAll
  static void start() throws Exception {
    lab =
        Lab.start(
            MatrixLab.plan(
                    List.of(),
                    List.of(
                        new ClientPool("10.90.0.0/24", Lab.CLIENT),
                        new ClientPool("10.91.0.0/24", Lab.CLIENT)))
                .and(
                    BranchIT::connections,
                    pki ->
                        pki.issue(
                            "branch",
                            Pki.Kind.ECDSA_384,
                            Pki.CA,
                            "branch-two@lab.example",
                            List.of("--lifetime", "30"))));
    lab.run("lb", "nft", NAT);
    for (String host : HOSTS.values()) {
      lab.run("client", "ip", "addr", "add", host + "/32", "dev", "lo");
    }
    charon = lab.charon("branches");
    charon.add("x509ca", lab.pki().certificate(Pki.CA));
    charon.add("x509", lab.pki().certificate("branch"));
    charon.add("private", lab.pki().key("branch"));
    charon.load(BRANCHES);
    Map<String, Pings.Way> ways = new TreeMap<>();
    HOSTS.forEach((name, host) -> ways.put(name, new Pings.Way(Lab.SERVER, host)));
    pings = lab.pings("lan", "branches", ways);
  }

  private static String connections(Pki pki) {
    return """
      - name: branch-psk
        local: {id: gw.lab.example, auth: psk}
        remote: {id: branch.lab.example, auth: psk, address: 10.99.0.2}
        initiate: true
        dpd: 1s
        ike-proposals: [aes256gcm16-prfsha256-ecp256]
        children:
          - name: net
            local: [10.50.0.0/24]
            remote: [10.90.0.0/24]
            esp-proposals: [aes128gcm16-ecp256]
            rekey-packets: 150
      - name: branch-certificate
        local: {id: gw.lab.example, auth: certificate, certificate: "%1$s.pem", key: "%1$s.key"}
        remote: {id: branch-two@lab.example, auth: certificate, authorities: ["%2$s.pem"], address: 10.99.0.2}
        initiate: true
        dpd: 1s
        ike-proposals: [aes256gcm16-prfsha384-ecp384]
        children: [{name: net, local: [10.50.0.0/24], remote: [10.91.0.0/24]}]
    """
        .formatted(pki.at("gateway-rsa3072-pss"), pki.at(Pki.CA));
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void shouldCallBothBranches() throws Exception {
    awaitUp();
    awaitReplies();
    assertThat(charon.log())
        .contains("IKE_SA branch-psk[", "IKE_SA branch-certificate[")
        .contains("authentication of 'gw.lab.example' with RSA");
  }

  /** We rekey the Child SA by its packets, and strongSwan its own when it is told to. */
  @Test
  @Order(2)
  void shouldRekeyInBothDirections() throws Exception {
    Sas shared = sas(SHARED);
    Sas certified = sas(CERTIFIED);
    charon.rekeyChild(CERTIFIED);
    awaitNewChild(CERTIFIED, certified);
    awaitNewChild(SHARED, shared);
    charon.rekeyIke(SHARED);
    Waiting.until(
        "a new IKE SA",
        PATIENCE_SECONDS,
        () -> up(sas(SHARED)) && !sas(SHARED).ikeSpis().equals(shared.ikeSpis()));
    awaitReplies();
  }

  /** The IKE SAs stay what they are; strongSwan's ESP needs new Child SAs for another endpoint. */
  @Test
  @Order(3)
  void shouldGoOnAtTheSuccessor() throws Exception {
    Map<String, Sas> before = Map.of(SHARED, sas(SHARED), CERTIFIED, sas(CERTIFIED));
    int owner = owner(SHARED);
    lab.member(owner).kill();
    awaitReplies();
    for (var each : before.entrySet()) {
      assertThat(sas(each.getKey()).ikeSpis()).isEqualTo(each.getValue().ikeSpis());
    }
    lab.revive(owner);
    awaitUp();
  }

  /** The successor repeats the request of its predecessor. */
  @Test
  @Order(4)
  void shouldEndARekeyThatTheOwnerHasBegun() throws Exception {
    Sas shared = sas(SHARED);
    int owner;
    try (Gate gate = lab.holdRequests(CREATE_CHILD_SA)) {
      Waiting.until("our rekey is held", PATIENCE_SECONDS, () -> gate.held() > 0);
      owner = owner(SHARED);
      lab.member(owner).kill();
    }
    awaitNewChild(SHARED, shared);
    awaitReplies();
    assertThat(sas(SHARED).ikeSpis()).isEqualTo(shared.ikeSpis());
    lab.revive(owner);
  }

  /** Nobody asks for it, but the branch is to be there. */
  @Test
  @Order(5)
  void shouldCallAgainWhenTheBranchHasHungUp() throws Exception {
    Sas before = sas(CERTIFIED);
    assertThat(charon.terminate(CERTIFIED)).isTrue();
    awaitUp();
    assertThat(sas(CERTIFIED).ikeSpis()).isNotEqualTo(before.ikeSpis());
    awaitReplies();
  }

  @Test
  @Order(100)
  void shouldHaveLoggedNoFaultAndNoKey() throws Exception {
    pings.close();
    for (MemberProcess member : lab.living()) {
      assertThat(member.log())
          .as("log of " + member.name())
          .noneMatch(Faults::in)
          .noneMatch(line -> line.contains(Lab.SECRET));
    }
  }

  private static void awaitUp() {
    for (String name : HOSTS.keySet()) {
      Waiting.until(name + " is up", PATIENCE_SECONDS, () -> up(sas(name)));
    }
  }

  private static boolean up(Sas sas) {
    return sas.children() == 1;
  }

  private static Sas sas(String name) throws Exception {
    return Charon.sas(name, charon.all());
  }

  private static void awaitNewChild(String name, Sas old) {
    Waiting.until(
        name + " has a new Child SA",
        PATIENCE_SECONDS,
        () -> up(sas(name)) && !sas(name).childSpis().equals(old.childSpis()));
  }

  private static void awaitReplies() {
    long now = System.currentTimeMillis();
    for (String name : HOSTS.keySet()) {
      Waiting.until(
          "replies of " + name, PATIENCE_SECONDS, () -> pings.repliesAfter(name, now) >= REPLIES);
    }
  }

  private static int owner(String name) {
    int[] owner = new int[1];
    Waiting.until(
        name + " has an owner",
        PATIENCE_SECONDS,
        () -> {
          for (MemberProcess member : lab.living()) {
            for (SessionView each : member.admin().sessions()) {
              if (each.connection().equals(name)) {
                owner[0] = each.owner();
              }
            }
          }
          return owner[0] != 0;
        });
    return owner[0];
  }
}
