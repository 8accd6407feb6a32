package io.phalanx.node.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Identity;
import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.node.context.Contexts.Restored;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Extensions;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import io.phalanx.replication.image.IkeSaImage.SyncedIds;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ContextsTest {
  private static final InetAddress OURS = InetAddress.ofLiteral("192.0.2.1");
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 4501);
  private static final Contexts CONTEXTS =
      new Contexts(List.of(InetAddress.ofLiteral("192.0.2.9"), OURS));
  private static final List<IvSpace> SPACES = List.of(new IvSpace(new byte[32], List.of(1)));

  private static Secret secret(int value, int octets) {
    byte[] all = new byte[octets];
    Arrays.fill(all, (byte) value);
    return Secret.of(all);
  }

  private static IkeSaImage ike() {
    return new IkeSaImage(
        7,
        0x1112131415161718L,
        0x2122232425262728L,
        false,
        Phase.ESTABLISHED,
        "road",
        new IkeSuite(
            EncryptionAlgorithm.AES_GCM_16,
            256,
            Optional.empty(),
            PseudoRandomFunction.HMAC_SHA2_256,
            KeyExchangeMethod.CURVE25519),
        new Keys(
            secret(1, 32),
            Secret.EMPTY,
            Secret.EMPTY,
            secret(2, 36),
            secret(3, 36),
            secret(4, 32),
            secret(5, 32)),
        PEER,
        true,
        1,
        false,
        true,
        3,
        9,
        List.of(new SentResponse(8, new byte[32], List.of(new byte[] {1, 2}))),
        List.of(),
        Optional.empty(),
        Optional.of(Identity.fqdn("gw.example.org")),
        Optional.of(Identity.email("road@example.org")),
        List.of(InetAddress.ofLiteral("10.77.0.9")),
        List.of(),
        List.of(new ChildRef(0x1001, 0x1001, 0x0badcafe, "net", 2_000_000)),
        List.of(),
        1_000,
        1_100,
        3_000_000,
        0,
        4_000_000,
        Extensions.NONE
            .withFragmentation(true)
            .withMobike(true)
            .withPeerWindow(5)
            .withSyncedIds(Optional.of(new SyncedIds(9, new byte[32], new byte[] {3})))
            .withTokenDue(true),
        Mobility.NONE.withPeerAddresses(List.of(InetAddress.ofLiteral("198.51.100.8"))),
        Optional.empty(),
        Grants.of("road@example.org"),
        SPACES);
  }

  private static SaClusterImage child() {
    return new SaClusterImage(
        0x1001,
        0x1112131415161718L,
        7,
        "road",
        "net",
        List.of(
            new SubSaSpec(
                0x1001,
                0x0badcafe,
                new EspSuite(
                    EncryptionAlgorithm.AES_CBC,
                    256,
                    Optional.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                    Optional.of(KeyExchangeMethod.ECP_256),
                    true),
                secret(6, 32),
                secret(7, 32),
                secret(8, 32),
                secret(9, 32),
                new PeerPath(PEER, 1))),
        true,
        1024,
        List.of(TrafficSelector.of(IpPrefix.parse("10.1.0.0/16"))),
        List.of(TrafficSelector.of(InetAddress.ofLiteral("2001:db8::9"))),
        1L << 40,
        1L << 30,
        Optional.empty(),
        new PacketHandling(1400, true, 46, true),
        1_200,
        new Limits(701, 130));
  }

  static IkeContext context() {
    return CONTEXTS.of(ike(), List.of(child()));
  }

  private static Restored.Whole restored(IkeContext context) {
    return (Restored.Whole) CONTEXTS.images(context, SPACES, 5_000);
  }

  @Test
  void shouldComeBackAsItWas() {
    Restored.Whole whole = restored(context());
    assertThat(whole.ike()).usingRecursiveComparison().isEqualTo(ike());
    assertThat(whole.saClusters()).usingRecursiveComparison().isEqualTo(List.of(child()));
  }

  @Test
  void shouldTellSequenceNumbersAsTheDraftDoes() {
    IpsecContext child = context().ipsecSas().getFirst();
    assertThat(child.childSeqO()).as("the last one sent").isEqualTo(700);
    assertThat(child.childSeqI()).as("the highest one accepted").isEqualTo(130);
  }

  /** As from another vendor. */
  @Test
  void shouldDoWithoutWhatOnlyPhalanxKnows() {
    Restored.Whole whole = restored(changed(context(), Map.of("phalanx", Optional.empty())));
    assertThat(whole.ike().sessionId()).isEqualTo(whole.ike().localSpi());
    assertThat(whole.ike().grants().user()).isEqualTo("road@example.org");
    assertThat(whole.ike().mobility()).isEqualTo(Mobility.NONE);
    assertThat(whole.saClusters().getFirst().sessionId()).isEqualTo(whole.ike().sessionId());
  }

  @Test
  void shouldDeriveTheKeysThatTheDraftLeavesToTheReader() {
    Secret nonceI = secret(0x31, 32);
    Secret nonceR = secret(0x32, 32);
    Secret shared = secret(0x33, 32);
    IkeContext context =
        changed(
            context(),
            Map.of(
                "keys", Optional.empty(), "nonceI", nonceI, "nonceR", nonceR, "dhSecret", shared));
    assertThat(restored(context).ike().keys())
        .isEqualTo(
            KeyDerivation.initial(
                ike().suite(),
                shared,
                new KeyDerivation.Exchange(
                    nonceI.reveal(), nonceR.reveal(), ike().peerSpi(), ike().localSpi())));
  }

  @Test
  void shouldTakeAWindowOfAnySize() {
    Map<Integer, Integer> sizes = Map.of(0, 1024, 33, 64, 64, 64, 100_000, 8192);
    sizes.forEach(
        (theirs, ours) -> {
          IpsecContext child =
              changed(context().ipsecSas().getFirst(), Map.of("windowSize", theirs));
          IkeContext all = changed(context(), Map.of("ipsecSas", List.of(child)));
          assertThat(restored(all).saClusters().getFirst().windowSizeBits()).isEqualTo(ours);
        });
  }

  @Test
  void shouldKnowAListenAddressOfItsOwn() {
    Contexts elsewhere = new Contexts(List.of(InetAddress.ofLiteral("203.0.113.1")));
    assertThat(elsewhere.images(context(), SPACES, 0))
        .isInstanceOfSatisfying(
            Restored.Whole.class,
            whole -> assertThat(whole.ike().listen()).isEqualTo(PeerPath.ANY_LISTEN));
  }

  @Test
  void shouldSayWhatIsWrongWithAnIkeSa() {
    Map<String, Object> wrong = new TreeMap<>();
    wrong.put("version", 1);
    wrong.put("ikeSpiI", new byte[8]);
    wrong.put("ikeSpiR", new byte[7]);
    wrong.put("otherHost", new IkeContext.Host(new byte[5], 500));
    wrong.put("encAlgIke", 12);
    wrong.put("encAlgIkeLen", 100);
    wrong.put("intAlgIke", 99);
    wrong.put("prfAlg", 99);
    wrong.put("dhAlg", 2);
    wrong.put("keys", Optional.empty());
    wrong.put("messageIdOwn", -1L);
    wrong.put("connection", "road\n");
    wrong.put("rekeyAt", -1L);
    wrong.put(
        "ipsecSas", List.of(context().ipsecSas().getFirst(), context().ipsecSas().getFirst()));
    wrong.forEach(
        (name, value) ->
            assertThat(CONTEXTS.images(changed(context(), Map.of(name, value)), SPACES, 0))
                .as(name)
                .isInstanceOf(Restored.Refused.class));
  }

  @Test
  void shouldSayWhatIsWrongWithAChildSa() {
    Map<String, Object> wrong = new TreeMap<>();
    wrong.put("ipsecMode", "beet");
    wrong.put("protocol", 51);
    wrong.put("encrAlgChild", 3);
    wrong.put("encAlgLenChild", 192);
    wrong.put("intAlgChild", 0);
    wrong.put("dhAlgChild", 1);
    wrong.put("encKeyI", secret(1, 16));
    wrong.put("intKeyO", Secret.EMPTY);
    wrong.put("childSeqI", -1L);
    wrong.put("childSeqO", Long.MAX_VALUE);
    wrong.put("childSpiI", 255L);
    wrong.put("childSpiO", 1L << 32);
    wrong.put("seqOverflow", true);
    wrong.put("windowSize", -1);
    wrong.put("child", "\u001b[2J");
    wrong.put("lifetimeBytes", -1L);
    wrong.put("tsR", List.of(new IpsecContext.Selector(0, 65535, 8, 0, OURS, OURS)));
    wrong.put("tsL", List.of(new IpsecContext.Selector(2, 1, 7, 0, OURS, OURS)));
    wrong.put("otherHost", new IkeContext.Host(new byte[4], 0));
    wrong.put("pathMtu", 100);
    wrong.forEach(
        (name, value) -> {
          IpsecContext child = changed(context().ipsecSas().getFirst(), Map.of(name, value));
          assertThat(
                  CONTEXTS.images(
                      changed(context(), Map.of("ipsecSas", List.of(child))), SPACES, 0))
              .as(name)
              .isInstanceOfSatisfying(
                  Restored.Refused.class, refused -> assertThat(refused.why()).contains(":"));
        });
  }

  /** A record with other components. */
  private static <R extends Record> R changed(R record, Map<String, Object> changes) {
    try {
      var components = record.getClass().getRecordComponents();
      Object[] values = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      int found = 0;
      for (int at = 0; at < components.length; at++) {
        String name = components[at].getName();
        types[at] = components[at].getType();
        found += changes.containsKey(name) ? 1 : 0;
        values[at] =
            changes.containsKey(name)
                ? changes.get(name)
                : components[at].getAccessor().invoke(record);
      }
      assertThat(found).isEqualTo(changes.size());
      @SuppressWarnings("unchecked")
      Class<R> type = (Class<R>) record.getClass();
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record has such a constructor", e);
    }
  }
}
