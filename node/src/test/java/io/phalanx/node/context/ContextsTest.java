package io.phalanx.node.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.datapath.PeerPath;
import io.phalanx.node.context.ContextReader.Restored;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ContextsTest {
  private static final IkeSaImage IKE = Samples.ike(0x1112131415161718L, 7, 0x1001);
  private static final SaClusterImage CHILD = Samples.child(0x1001, 0x1112131415161718L, 7);
  private static final List<InetAddress> LISTEN =
      List.of(InetAddress.ofLiteral("192.0.2.9"), Samples.OURS);
  private static final ContextWriter WRITER = new ContextWriter(LISTEN);
  private static final ContextReader READER = new ContextReader(LISTEN);

  static IkeContext context() {
    return WRITER.of(IKE, List.of(CHILD));
  }

  private static Restored.Whole restored(IkeContext context) {
    return (Restored.Whole) READER.images(context, Samples.IV_SPACES, 5_000);
  }

  @Test
  void shouldComeBackAsItWas() {
    Restored.Whole whole = restored(context());
    assertThat(whole.ike()).usingRecursiveComparison().isEqualTo(IKE);
    assertThat(whole.saClusters()).usingRecursiveComparison().isEqualTo(List.of(CHILD));
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
    Secret nonceI = Samples.secret(0x31, 32);
    Secret nonceR = Samples.secret(0x32, 32);
    Secret shared = Samples.secret(0x33, 32);
    IkeContext context =
        changed(
            context(),
            Map.of(
                "keys", Optional.empty(), "nonceI", nonceI, "nonceR", nonceR, "dhSecret", shared));
    assertThat(restored(context).ike().keys())
        .isEqualTo(
            KeyDerivation.initial(
                IKE.suite(),
                shared,
                new KeyDerivation.Exchange(
                    nonceI.reveal(), nonceR.reveal(), IKE.peerSpi(), IKE.localSpi())));
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
    ContextReader elsewhere = new ContextReader(List.of(InetAddress.ofLiteral("203.0.113.1")));
    assertThat(elsewhere.images(context(), Samples.IV_SPACES, 0))
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
            assertThat(READER.images(changed(context(), Map.of(name, value)), Samples.IV_SPACES, 0))
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
    wrong.put("encKeyI", Samples.secret(1, 16));
    wrong.put("intKeyO", Secret.EMPTY);
    wrong.put("childSeqI", -1L);
    wrong.put("childSeqO", Long.MAX_VALUE);
    wrong.put("childSpiI", 255L);
    wrong.put("childSpiO", 1L << 32);
    wrong.put("seqOverflow", true);
    wrong.put("windowSize", -1);
    wrong.put("child", "\u001b[2J");
    wrong.put("lifetimeBytes", -1L);
    wrong.put(
        "tsR", List.of(new IpsecContext.Selector(0, 65535, 8, 0, Samples.OURS, Samples.OURS)));
    wrong.put("tsL", List.of(new IpsecContext.Selector(2, 1, 7, 0, Samples.OURS, Samples.OURS)));
    wrong.put("otherHost", new IkeContext.Host(new byte[4], 0));
    wrong.put("pathMtu", 100);
    wrong.forEach(
        (name, value) -> {
          IpsecContext child = changed(context().ipsecSas().getFirst(), Map.of(name, value));
          assertThat(
                  READER.images(
                      changed(context(), Map.of("ipsecSas", List.of(child))), Samples.IV_SPACES, 0))
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
