package io.phalanx.node.ike;

import static io.phalanx.node.vectors.SharedVectors.hex;
import static io.phalanx.node.vectors.SharedVectors.map;
import static io.phalanx.node.vectors.SharedVectors.maps;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.vectors.SharedVectors;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.junit.jupiter.api.Test;

/**
 * Sessions with other responders as they were recorded, where they are present. Their group is one
 * that is too small for us, so the test makes the shared secret; from there on it is as after a
 * take-over in the middle: our engine adopts the half-open IKE SA, with the SPIs and nonces of the
 * recording, and gets the recorded answers.
 */
final class RecordedSessionsIfPresentTest {
  private static final String FOLDER = "02-android/cts-transcripts/";
  private static final InetSocketAddress RIGHT = new InetSocketAddress(Configs.RIGHT_ADDRESS, 4500);

  private final Configs left = Configs.left();

  @Test
  void shouldGoThroughASessionWithASecondChild() {
    left.children = List.of("net", "second");
    left.dpd = Duration.ofSeconds(5);
    SharedVectors.json(FOLDER + "IkeSessionPskTest.class.json")
        .ifPresent(
            file -> {
              World world = adopted(file, 4);
              answer(world, file, 0);
              assertFirstChild(world, file);
              answer(world, file, 1);
              assertThat(world.left.only().children()).hasSize(2);
              world.run(10_000); // now it probes; the recorded peer acknowledged a Delete here
              answer(world, file, 2);
              close(world, file, 3);
            });
  }

  @Test
  void shouldGoThroughASessionWithIpv6Inside() {
    left.remote = List.of("::/0");
    SharedVectors.json(
            FOLDER
                + "IkeSessionPskTest.testIkeSessionSetupAndChildSessionSetupWithTunnelModeV6.json")
        .ifPresent(
            file -> {
              World world = adopted(file, 6);
              answer(world, file, 0);
              assertFirstChild(world, file);
              close(world, file, 1);
            });
  }

  @Test
  void shouldStandWithAPeerThatDoesNotMove() {
    SharedVectors.json(FOLDER + "IkeSessionMobikeTest.testSetNetworkWithoutOptionMobike.json")
        .ifPresent(
            file -> {
              World world = adopted(file, 4);
              answer(world, file, 0);
              assertFirstChild(world, file);
              assertThat(world.left.only().extensions().mobike()).isFalse();
            });
  }

  /** Its child is of a mode that ours is not: the IKE SA stands all the same. */
  @Test
  void shouldStandWhereTheChildIsOfAnotherMode() {
    SharedVectors.json(FOLDER + "IkeSessionLivenessCheckTest.testIkeLivenessCheck.json")
        .ifPresent(
            file -> {
              World world = adopted(file, 4);
              answer(world, file, 0);
              assertThat(world.left.established()).hasSize(1);
              answer(world, file, 1);
              answer(world, file, 2); // the responder says goodbye
              world.run(60_000);
              assertThat(world.left.ikeSas()).isEmpty();
            });
  }

  private World adopted(Map<?, ?> file, int family) {
    IkeSuite suite = suite(file);
    left.local = List.of();
    left.requestAddresses = List.of(family);
    if (family == 4) {
      left.remote = List.of("0.0.0.0/0");
    }
    left.ikeSuites = List.of(suite);
    left.espSuites =
        List.of(
            new EspSuite(
                EncryptionAlgorithm.AES_CBC,
                128,
                Optional.of(IntegrityAlgorithm.HMAC_SHA1_96),
                Optional.empty(),
                false));
    left.peerId = Optional.of(Identity.fqdn("server.test.ike.android.net"));
    left.keys = List.of(new PresharedKey(List.of(), Secret.ofUtf8(text(file, "psk_ascii"))));
    Configs right = Configs.right();
    right.ikeSuites = left.ikeSuites;
    World world = new World(left, right);
    world.tamper = message -> message[18] == 34 ? message : new byte[0]; // IKE_SA_INIT alone
    world.left.step(new Event.Initiate("conn"));
    world.run(300);
    IkeSaImage ours = world.left.store.images().getFirst();
    world.left.startAnew();
    world.right.silent = true;
    Owner before = new Owner(9, 1);
    IkeSaImage image = asRecorded(ours, file, suite);
    world.left.store.commit(
        new Commit(image, new Fence(before, 1), true, List.of(), List.of(), List.of()));
    world.left.step(new Event.Adopted(world.left.store.claim(image.localSpi(), new Owner(1, 1))));
    return world;
  }

  private static IkeSuite suite(Map<?, ?> file) {
    Map<?, ?> keys = map(file, "keys");
    boolean sha1 = text(keys, "prf").equals("HMAC_SHA1");
    return new IkeSuite(
        EncryptionAlgorithm.AES_CBC,
        hex(keys, "sk_ei").length * Byte.SIZE,
        Optional.of(sha1 ? IntegrityAlgorithm.HMAC_SHA1_96 : IntegrityAlgorithm.HMAC_SHA2_256_128),
        sha1 ? PseudoRandomFunction.HMAC_SHA1 : PseudoRandomFunction.HMAC_SHA2_256,
        KeyExchangeMethod.MODP_2048);
  }

  private static IkeSaImage asRecorded(IkeSaImage ours, Map<?, ?> file, IkeSuite suite) {
    byte[] response = hex(file, "ike_sa_init_response");
    ByteBuffer header = ByteBuffer.wrap(response);
    byte[] ni = hex(file, "ni");
    byte[] nr = hex(file, "nr");
    Keys keys =
        KeyDerivation.initial(
            suite,
            Secret.of(shared(file, response)),
            new KeyDerivation.Exchange(ni, nr, header.getLong(0), header.getLong(8)));
    Map<?, ?> expected = map(file, "keys");
    assertThat(keys.d().reveal()).isEqualTo(hex(expected, "sk_d"));
    assertThat(keys.er().reveal()).isEqualTo(hex(expected, "sk_er"));
    return new IkeSaImage(
        ours.sessionId(),
        header.getLong(0),
        header.getLong(8),
        true,
        Phase.HALF_OPEN,
        ours.connection(),
        suite,
        keys,
        ours.peer(),
        ours.natPort(),
        ours.listen(),
        ours.localBehindNat(),
        ours.peerBehindNat(),
        ours.nextOwnId(),
        ours.nextPeerId(),
        ours.responses(),
        ours.requests(),
        Optional.of(new InitExchange(new byte[0], response, ni, nr)),
        ours.localId(),
        ours.peerId(),
        ours.virtualAddresses(),
        ours.ownAddresses(),
        ours.children(),
        ours.rekeyedByPeer(),
        ours.createdAtMillis(),
        ours.establishedAtMillis(),
        ours.rekeyAtMillis(),
        ours.reauthAtMillis(),
        ours.expiresAtMillis(),
        ours.extensions(),
        ours.mobility(),
        ours.eap(),
        ours.grants(),
        ours.ivSpaces());
  }

  /** Group 2, out of the recorded private value. */
  private static byte[] shared(Map<?, ?> file, byte[] response) {
    if (MessageCodec.decode(response) instanceof Decoded.Ok(IkeMessage message)) {
      byte[] theirs = message.first(Payload.KeyExchange.class).orElseThrow().data();
      byte[] secret =
          new BigInteger(1, theirs)
              .modPow(
                  new BigInteger(1, hex(file, "dh_private_i")),
                  DHStandardGroups.rfc2409_1024.getP())
              .toByteArray();
      byte[] fixed = new byte[theirs.length];
      int octets = Math.min(secret.length, fixed.length);
      System.arraycopy(secret, secret.length - octets, fixed, fixed.length - octets, octets);
      assertThat(fixed).isEqualTo(hex(file, "g_ir"));
      return fixed;
    }
    throw new AssertionError("cannot be read");
  }

  private static void answer(World world, Map<?, ?> file, int index) {
    world.run(100);
    Forge.deliver(world.left, RIGHT, true, hex(maps(file, "messages").get(index), "raw"));
    world.run(100);
  }

  private static void close(World world, Map<?, ?> file, int index) {
    world.left.step(new Event.Terminate(world.left.only().localSpi()));
    answer(world, file, index);
    world.run(1_000);
    assertThat(world.left.ikeSas()).isEmpty();
    assertThat(world.left.store.images()).isEmpty();
    assertThat(world.left.carried).isEmpty();
  }

  private static void assertFirstChild(World world, Map<?, ?> file) {
    SubSaSpec sub = world.left.carried.values().iterator().next().subSas().getFirst();
    Map<?, ?> child = map(file, "child_sa");
    assertThat(sub.outboundEncryption().reveal()).isEqualTo(hex(child, "encr_i2r"));
    assertThat(sub.outboundIntegrity().reveal()).isEqualTo(hex(child, "integ_i2r"));
    assertThat(sub.inboundEncryption().reveal()).isEqualTo(hex(child, "encr_r2i"));
    assertThat(sub.inboundIntegrity().reveal()).isEqualTo(hex(child, "integ_r2i"));
  }
}
