package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.EapMethod;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TestCa;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.node.eap.EapPeer;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Notify;
import io.phalanx.node.radius.AccountRecord;
import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.FakeRadius;
import io.phalanx.node.radius.RadiusAnswer;
import io.phalanx.node.radius.RadiusAnswer.Granted;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Account.Stage;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** IKE_AUTH with EAP (RFC 7296 §2.16), whole, and with the death of a member anywhere in it. */
final class EapAuthTest {
  private static final String PASSWORD = "correct horse";
  private static final InetAddress GIVEN = InetAddress.ofLiteral("10.88.0.7");
  private static final Granted GRANTED =
      new Granted(List.of(GIVEN), "", List.of(new byte[] {1, 2}), 0, 0, 60);
  private static final TestCa CA = TestCa.root("CN=EAP CA");

  private final Configs left = Configs.left();
  private final Configs right = Configs.right();
  private Credentials credentials = Credentials.NONE;
  private boolean eapOnly;
  private FakeRadius radius = new FakeRadius("alice", PASSWORD, GRANTED, false);

  private void configure(EapMethod... methods) {
    right.peerAuthentication = new GatewayConfig.Eap(List.of(methods), true, List.of(), eapOnly);
    right.peerId = Optional.empty();
    right.users = List.of(new GatewayConfig.User("alice", Secret.ofUtf8(PASSWORD)));
  }

  private void account() {
    right.radius =
        Optional.of(
            new GatewayConfig.Radius(
                List.of(
                    new GatewayConfig.RadiusServer(
                        new InetSocketAddress(GIVEN, 1812),
                        new InetSocketAddress(GIVEN, 1813),
                        Secret.ofUtf8("secret"))),
                Duration.ofSeconds(1),
                1,
                Duration.ofSeconds(1),
                Optional.empty(),
                "",
                true,
                Duration.ZERO,
                Optional.empty()));
  }

  private void askAddress() {
    left.requestAddresses = List.of(4);
    left.local = List.of();
    right.remote = List.of();
    right.pools = List.of(new Pool("road", List.of(IpPrefix.parse("10.77.0.0/24")), List.of()));
  }

  private World world() {
    World world = new World(left, Credentials.NONE, right, credentials, 1);
    world.nowMillis = TestCa.NOW.toEpochMilli();
    world.right.pool =
        lease ->
            lease.wished().isEmpty() ? List.of(InetAddress.ofLiteral("10.77.0.9")) : lease.wished();
    world.right.radius = question -> radius.ask(question);
    return world;
  }

  private static EapPeer alice() {
    return EapPeer.withPassword("alice", PASSWORD);
  }

  private static void assertUp(World world, String user, String where) {
    IkeSaImage image = world.right.only();
    assertThat(image.grants().user()).as(where).isEqualTo(user);
    assertThat(image.eap()).as(where).isEmpty();
    assertThat(image.children()).as(where).hasSize(1);
    assertThat(world.right.carried).as(where).hasSize(1);
  }

  @Test
  void shouldConnectByPassword() {
    configure(EapMethod.MSCHAPV2);
    World world = world();
    EapClient client = new EapClient(world, alice());
    assertThat(client.connect()).isTrue();
    assertThat(client.first.first(Payload.Identification.class)).isPresent();
    assertThat(client.first.first(Payload.Authentication.class)).isPresent();
    assertUp(world, "alice", "");
    assertThat(world.right.only().peerId()).contains(Identity.fqdn("alice"));
  }

  @Test
  void shouldRefuseAWrongPassword() {
    configure(EapMethod.MSCHAPV2);
    World world = world();
    EapClient client = new EapClient(world, EapPeer.withPassword("alice", "wrong"));
    assertThat(client.connect()).isFalse();
    assertThat(client.last.has(NotifyType.AUTHENTICATION_FAILED)).isTrue();
    assertThat(client.last.first(Payload.Eap.class)).isPresent();
    world.run(60_000);
    assertThat(world.right.ikeSas()).isEmpty();
    assertThat(world.right.store.images()).isEmpty();
  }

  private void certify() {
    configure(EapMethod.TLS);
    right.ownAuthentication =
        new GatewayConfig.Certificate(Optional.empty(), Optional.empty(), List.of());
    Credential gateway = credential("gw", new GeneralName(GeneralName.dNSName, "right.example"));
    credentials = new Credentials(Map.of("conn", gateway), Map.of("conn", trusted()));
  }

  private static TrustAnchors trusted() {
    return TrustAnchors.ofPem(List.of(TestCa.pem(CA.certificate())));
  }

  private static EapPeer bob() {
    return EapPeer.withCertificate(
        "bob@example.org",
        credential("bob", new GeneralName(GeneralName.rfc822Name, "bob@example.org")),
        trusted(),
        Configs.RIGHT,
        TestCa.NOW);
  }

  @Test
  void shouldConnectByCertificate() {
    for (boolean allowed : List.of(false, true)) {
      eapOnly = allowed;
      certify();
      for (boolean wanted : List.of(false, true)) {
        World world = world();
        Payload[] wish =
            wanted
                ? new Payload[] {Notify.of(NotifyType.EAP_ONLY_AUTHENTICATION)}
                : new Payload[] {};
        EapClient client = new EapClient(world, bob(), wish);
        assertThat(client.connect()).isTrue();
        assertThat(client.first.first(Payload.Authentication.class).isEmpty())
            .isEqualTo(allowed && wanted);
        assertUp(world, "bob@example.org", "");
        assertThat(world.right.only().peerId()).contains(Identity.email("bob@example.org"));
      }
    }
  }

  private static Credential credential(String label, GeneralName name) {
    KeyPair keys = TestCa.keys("EC/secp256r1/ike-eap-" + label);
    return Credential.ofPem(
        TestCa.pem(new TestCa.Template("CN=" + label, keys).names(name).signedBy(CA)),
        TestCa.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  @Test
  void shouldConnectByRadiusAndTakeWhatItGrants() {
    configure(EapMethod.RADIUS);
    account();
    askAddress();
    World world = world();
    EapClient client = new EapClient(world, alice());
    assertThat(client.connect()).isTrue();
    assertUp(world, "alice", "");
    assertThat(world.right.only().virtualAddresses()).containsExactly(GIVEN);
    world.run(65_000);
    assertThat(world.right.only().grants().account().stage()).isEqualTo(Stage.RUNNING);
    world.right.step(new Event.Disconnect(world.right.only().localSpi()));
    world.run(100_000);
    assertThat(kinds(world)).containsExactly(Kind.START, Kind.INTERIM, Kind.STOP);
    AccountRecord stop = world.right.accounted.getLast();
    assertThat(stop.user()).isEqualTo("alice");
    assertThat(stop.byRadius()).isTrue();
    assertThat(stop.cause()).isEqualTo(Accounts.ADMIN_RESET);
    assertThat(stop.saIds()).hasSize(1);
    assertThat(stop.classes()).hasSize(1);
  }

  /** RFC 2866 §5.6, also where another member tells of the end. */
  @Test
  void shouldAccountForUsersOfItsOwnAsSuch() {
    configure(EapMethod.MSCHAPV2);
    account();
    World world = world();
    assertThat(new EapClient(world, alice()).connect()).isTrue();
    world.run(1_000);
    world.right.takeOver();
    world.right.step(new Event.Disconnect(world.right.only().localSpi()));
    world.run(60_000);
    assertThat(kinds(world)).containsExactly(Kind.START, Kind.STOP);
    assertThat(world.right.accounted).noneMatch(AccountRecord::byRadius);
  }

  private static List<Kind> kinds(World world) {
    return world.right.accounted.stream().map(AccountRecord::kind).toList();
  }

  @Test
  void shouldEndASessionWithoutTraffic() {
    configure(EapMethod.RADIUS);
    radius =
        new FakeRadius("alice", PASSWORD, new Granted(List.of(), "", List.of(), 0, 120, 0), false);
    World world = world();
    assertThat(new EapClient(world, alice()).connect()).isTrue();
    long spi = world.right.only().localSpi();
    world.run(100_000);
    world.right.step(new Event.PeerHeard(spi));
    world.run(100_000);
    assertThat(world.right.established()).hasSize(1);
    world.run(25_000);
    assertThat(world.right.established()).isEmpty();
  }

  @Test
  void shouldEndASessionThatRadiusHasLimited() {
    configure(EapMethod.RADIUS);
    account();
    radius =
        new FakeRadius("alice", PASSWORD, new Granted(List.of(), "", List.of(), 300, 0, 0), false);
    World world = world();
    EapClient client = new EapClient(world, alice());
    assertThat(client.connect()).isTrue();
    assertThat(client.last.has(NotifyType.AUTH_LIFETIME)).isTrue();
    world.run(290_000);
    assertThat(world.right.established()).hasSize(1);
    world.right.takeOver();
    world.run(15_000);
    assertThat(world.right.established()).isEmpty();
    assertThat(world.right.accounted.getLast().cause()).isEqualTo(Accounts.SESSION_TIMEOUT);
  }

  @Test
  void shouldFailWhenNoRadiusServerAnswers() {
    configure(EapMethod.RADIUS);
    World world = world();
    world.right.radius = _ -> new RadiusAnswer.Silence();
    EapClient client = new EapClient(world, alice());
    assertThat(client.connect()).isFalse();
    assertThat(client.last.has(NotifyType.AUTHENTICATION_FAILED)).isTrue();
  }

  @Test
  void shouldGoOnWhereverItsMemberDies() {
    askAddress();
    account();
    for (EapMethod method : List.of(EapMethod.MSCHAPV2, EapMethod.RADIUS)) {
      configure(method);
      for (boolean lazily : List.of(false, true)) {
        int cut = 0;
        boolean died = true;
        while (died) {
          World world = world();
          world.right.diesBefore = cut;
          world.right.lazily = lazily;
          String where = method + " dies before effect " + cut;
          assertThat(new EapClient(world, alice()).connect()).as(where).isTrue();
          assertUp(world, "alice", where);
          died = world.right.takeovers > 0;
          world.run(5_000);
          assertAccounted(world, where, lazily);
          assertThat(world.right.accounted)
              .as(where)
              .allMatch(each -> each.byRadius() == (method == EapMethod.RADIUS));
          cut++;
        }
        assertThat(cut).isGreaterThan(15);
      }
    }
  }

  /** Told at least once, and known to be. */
  private static void assertAccounted(World world, String where, boolean lazily) {
    if (!lazily) {
      assertThat(kinds(world)).as(where).contains(Kind.START).doesNotContain(Kind.STOP);
      assertThat(world.right.only().grants().account().stage()).isEqualTo(Stage.RUNNING);
    }
  }

  @Test
  void shouldLetTheNextAttemptSucceedWhereAServerForgetsItsState() {
    configure(EapMethod.RADIUS);
    int failed = 0;
    boolean died = true;
    for (int cut = 0; died; cut++) {
      radius = new FakeRadius("alice", PASSWORD, GRANTED, true);
      World world = world();
      world.right.diesBefore = cut;
      if (!new EapClient(world, alice()).connect()) {
        failed++;
        world.left.startAnew();
        assertThat(new EapClient(world, alice()).connect()).as("cut " + cut).isTrue();
      }
      assertThat(world.right.established()).hasSize(1);
      died = world.right.takeovers > 0;
    }
    assertThat(failed).isLessThan(6);
  }

  @Test
  void shouldEndAnAttemptByTlsAtOnceWhereItsMemberDies() {
    certify();
    boolean died = true;
    for (int cut = 8; died; cut += 3) {
      World world = world();
      world.right.diesBefore = cut;
      long beganAtMillis = world.nowMillis;
      if (!new EapClient(world, bob()).connect()) {
        assertThat(world.nowMillis - beganAtMillis).isLessThan(20_000);
        world.left.startAnew();
        assertThat(new EapClient(world, bob()).connect()).as("cut " + cut).isTrue();
      }
      assertThat(world.right.established()).hasSize(1);
      died = world.right.takeovers > 0;
    }
  }

  @Test
  void shouldTakeNoProofBeforeEapHasSucceeded() {
    configure(EapMethod.MSCHAPV2);
    World world = world();
    EapClient client = new EapClient(world, alice());
    var _ = client.begin();
    byte[] forged =
        client.forged(List.of(new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, new byte[32])));
    Forge.deliver(world.right, forged);
    world.run(1_000);
    assertThat(world.right.established()).isEmpty();
  }

  @Test
  void shouldNeverThrowWhateverAPeerSays() {
    configure(EapMethod.MSCHAPV2, EapMethod.TLS);
    Random random = new Random(11);
    for (int run = 0; run < 40; run++) {
      World world = world();
      EapClient client = new EapClient(world, alice());
      var _ = client.begin();
      for (int i = 0; i < 6; i++) {
        byte[] eap = new byte[4 + random.nextInt(20)];
        random.nextBytes(eap);
        eap[0] = (byte) (1 + random.nextInt(4));
        eap[2] = 0;
        eap[3] = (byte) eap.length;
        if (random.nextBoolean()) {
          eap[0] = 2;
          eap[1] = identifier(world);
        }
        Forge.deliver(world.right, client.forged(List.of(new Payload.Eap(eap))));
        world.run(200);
      }
      assertThat(world.right.ikeSas())
          .allMatch(each -> each.phase() == Phase.HALF_OPEN || each.phase() == Phase.DELETING);
    }
  }

  /** What a response has to bear to be looked at. */
  private static byte identifier(World world) {
    return world.right.ikeSas().stream()
        .flatMap(each -> each.eap().stream())
        .map(each -> (byte) each.state().identifier())
        .findFirst()
        .orElse((byte) 0);
  }
}
