package io.phalanx.node.context;

import io.phalanx.config.Identity;
import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.IdType;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.datapath.esp.ReplayWindow;
import io.phalanx.node.context.IkeContext.Condition;
import io.phalanx.node.context.IkeContext.Host;
import io.phalanx.node.context.IkeContext.Phalanx;
import io.phalanx.node.context.IkeContext.SkKeys;
import io.phalanx.node.context.IpsecContext.Ends;
import io.phalanx.node.context.IpsecContext.Handling;
import io.phalanx.node.context.IpsecContext.Selector;
import io.phalanx.node.ike.crypto.KeyDerivation;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Extensions;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.Phase;
import io.phalanx.replication.image.IkeSaImage.SyncedIds;
import io.phalanx.replication.image.SaClusterImage;
import io.phalanx.replication.image.SaClusterImage.Limits;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/** Contexts as images. Nothing here throws on a context that is wrong. */
public final class ContextReader {
  private static final int CHILDREN_MAX = 64;
  private static final int SELECTORS_MAX = 255; // RFC 7296 §3.13
  private static final int ANSWERS_MAX = 64;
  private static final int SPI_RESERVED_MAX = 255; // RFC 4303 §2.1
  private static final int NONCE_OCTETS_MIN = 16; // RFC 7296 §2.10
  private static final int WINDOW_DEFAULT = 1024;
  private static final int WINDOW_STEP = 32;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,63}");

  /** What came of a context. */
  public sealed interface Restored {
    record Whole(IkeSaImage ike, List<SaClusterImage> saClusters) implements Restored {}

    /**
     * @param why nothing of a key
     */
    record Refused(String why) implements Restored {}
  }

  /** What is wrong with a context; never leaves this class. */
  private static final class Wrong extends Exception {
    Wrong(String why) {
      super(why);
    }
  }

  private final List<InetAddress> listen;

  /**
   * @param listen addresses that peers of this gateway reach, in the order of the configuration
   */
  public ContextReader(List<InetAddress> listen) {
    this.listen = List.copyOf(listen);
  }

  /**
   * The images of a context, to be put into the store.
   *
   * @param ivSpaces of those who have had it
   * @param nowMillis wall clock
   */
  public Restored images(IkeContext context, List<IvSpace> ivSpaces, long nowMillis) {
    try {
      return restored(context, ivSpaces, nowMillis);
    } catch (Wrong wrong) {
      return new Restored.Refused(String.valueOf(wrong.getMessage()));
    }
  }

  private Restored restored(IkeContext context, List<IvSpace> ivSpaces, long nowMillis)
      throws Wrong {
    check(context.version() == IkeContext.IKEV2, "version: not IKEv2");
    name("connection", context.connection());
    check(
        context.condition().eapIdentity().codePoints().noneMatch(Character::isISOControl),
        "eap_identity: has control characters");
    check(
        context.created() >= 0
            && context.established() >= 0
            && context.rekeyAt() >= 0
            && context.reauthAt() >= 0
            && context.expiresAt() >= 0,
        "created, established, rekey_at, reauth_at, expires_at: below 0");
    check(context.ipsecSas().size() <= CHILDREN_MAX, "ipsec_sas: more than 64");
    check(context.answers().size() <= ANSWERS_MAX, "answers: more than 64");
    check(
        context.messageIdOwn() >= 0 && context.messageIdPeer() >= 0,
        "message_id_own, message_id_peer: below 0");
    long initiatorSpi = ikeSpi("ike_spi_i", context.ikeSpiI());
    long responderSpi = ikeSpi("ike_spi_r", context.ikeSpiR());
    long localSpi = context.initiator() ? initiatorSpi : responderSpi;
    IkeSuite suite = suite(context);
    Keys keys = keys(context, suite, initiatorSpi, responderSpi);
    long sessionId = context.phalanx().map(Phalanx::session).orElse(localSpi);
    Condition condition = context.condition();
    Extensions extensions =
        new Extensions(
            condition.fragmentation(),
            condition.mobike(),
            condition.childless(),
            Math.max(0, condition.window()),
            Secret.EMPTY, // the peer's token and ours are of the other cluster's making
            true,
            condition.redirect(),
            syncedIds(context),
            condition.cloneIkeSa(),
            0,
            false);
    List<SaClusterImage> saClusters = new ArrayList<>();
    List<ChildRef> children = new ArrayList<>();
    for (IpsecContext child : context.ipsecSas()) {
      SaClusterImage image = saCluster(context, child, localSpi, sessionId);
      check(
          saClusters.stream().noneMatch(other -> other.id() == image.id()),
          "child_spi_i: the same twice");
      saClusters.add(image);
      children.add(
          new ChildRef(
              image.id(), image.id(), (int) child.childSpiO(), child.child(), child.lifetimeAt()));
    }
    return new Restored.Whole(
        new IkeSaImage(
            sessionId,
            localSpi,
            context.initiator() ? responderSpi : initiatorSpi,
            context.initiator(),
            Phase.ESTABLISHED,
            context.connection(),
            suite,
            keys,
            endpoint("other_host", context.otherHost()),
            condition.udpEncapsulation(),
            listenIndex(context.myHost()),
            condition.natOwn(),
            condition.natPeer(),
            context.messageIdOwn(),
            context.messageIdPeer(),
            context.answers(),
            List.of(),
            Optional.empty(),
            context.idOwn().map(ContextReader::identity),
            context.idPeer().map(ContextReader::identity),
            context.innerPeer(),
            context.innerOwn(),
            List.copyOf(children),
            List.of(),
            context.created() == 0 ? nowMillis : context.created(),
            context.established() == 0 ? nowMillis : context.established(),
            context.rekeyAt(),
            context.reauthAt(),
            context.expiresAt(),
            extensions,
            context.phalanx().map(Phalanx::mobility).orElseGet(() -> mobility(context)),
            Optional.empty(),
            context
                .phalanx()
                .map(Phalanx::grants)
                .orElseGet(() -> Grants.of(condition.eapIdentity())),
            List.copyOf(ivSpaces)),
        List.copyOf(saClusters));
  }

  private SaClusterImage saCluster(
      IkeContext ike, IpsecContext child, long localSpi, long sessionId) throws Wrong {
    check(child.protocol() == IpsecContext.ESP, "protocol: not ESP");
    check(!child.seqOverflow(), "seq_overflow: numbers must not begin anew");
    long last = child.esn() ? Long.MAX_VALUE : 0xffff_ffffL;
    check(child.childSeqO() >= 0 && child.childSeqO() < last, "child_seq_o: out of range");
    check(child.childSeqI() >= 0 && child.childSeqI() <= last, "child_seq_i: out of range");
    int inbound = espSpi("child_spi_i", child.childSpiI());
    int outbound = espSpi("child_spi_o", child.childSpiO());
    check(child.windowSize() >= 0, "window_size: below 0");
    name("child", child.child());
    check(
        child.lifetimeAt() >= 0
            && child.lifetimeBytes() >= 0
            && child.lifetimePackets() >= 0
            && child.created() >= 0,
        "lifetime_at, lifetime_bytes, lifetime_packets, created: below 0");
    EspSuite suite = espSuite(child);
    length("enc_key_i", child.encKeyI(), suite.encryptionKeyOctets());
    length("enc_key_o", child.encKeyO(), suite.encryptionKeyOctets());
    length("int_key_i", child.intKeyI(), suite.integrityKeyOctets());
    length("int_key_o", child.intKeyO(), suite.integrityKeyOctets());
    boolean transport = child.ipsecMode().equals(IpsecContext.TRANSPORT);
    check(transport || child.ipsecMode().equals(IpsecContext.TUNNEL), "ipsec_mode: not known");
    check(
        transport == child.transport().isPresent(), "transport: only in transport mode, and there");
    Handling handling = child.handling().orElse(new Handling(false, 0, false));
    int mtu = child.pathMtu() == 0 ? PacketHandling.DEFAULT.pathMtuOctets() : child.pathMtu();
    check(
        mtu >= PacketHandling.PATH_MTU_MIN && mtu <= PacketHandling.PATH_MTU_MAX,
        "path_mtu: 576 to 65535");
    check(
        handling.outerDscp() >= PacketHandling.COPY_DSCP
            && handling.outerDscp() <= PacketHandling.DSCP_MAX,
        "outer_dscp: -1 to 63");
    Host peer = child.otherHost().address().length == 0 ? ike.otherHost() : child.otherHost();
    return new SaClusterImage(
        inbound,
        localSpi,
        sessionId,
        ike.connection(),
        child.child(),
        List.of(
            new SubSaSpec(
                inbound,
                outbound,
                suite,
                child.encKeyI(),
                child.intKeyI(),
                child.encKeyO(),
                child.intKeyO(),
                new PeerPath(endpoint("other_host", peer), listenIndex(child.myHost())))),
        child.esn(),
        window(child.windowSize()),
        selectors("ts_l", child.tsL()),
        selectors("ts_r", child.tsR()),
        child.lifetimeBytes(),
        child.lifetimePackets(),
        child.transport().isPresent()
            ? Optional.of(ends(child.transport().get()))
            : Optional.empty(),
        new PacketHandling(mtu, handling.clampMss(), handling.outerDscp(), handling.copyEcn()),
        child.created(),
        new Limits(child.childSeqO() + 1, child.childSeqI()));
  }

  /** The next size that we have: a window that is smaller or larger than there is as safe. */
  private static int window(int bits) {
    int wanted = bits == 0 ? WINDOW_DEFAULT : Math.min(bits, ReplayWindow.SIZE_BITS_MAX);
    return (wanted + WINDOW_STEP - 1) / WINDOW_STEP * WINDOW_STEP;
  }

  private static void name(String what, String name) throws Wrong {
    check(NAME.matcher(name).matches(), what + ": not a name of a configuration");
  }

  private static TransportAddresses ends(Ends ends) throws Wrong {
    check(ends.local().getClass() == ends.peer().getClass(), "transport: two ends of two families");
    return new TransportAddresses(ends.local(), ends.peer(), ends.localAtPeer(), ends.peerAtPeer());
  }

  private static List<TrafficSelector> selectors(String name, List<Selector> all) throws Wrong {
    check(!all.isEmpty() && all.size() <= SELECTORS_MAX, name + ": 1 to 255 of them");
    for (Selector each : all) {
      check(
          each.fromAddress().getClass() == each.toAddress().getClass(),
          name + ": addresses of two families");
      check(
          each.proto() >= 0
              && each.proto() <= 255
              && each.fromPort() >= 0
              && each.fromPort() <= 0xffff
              && each.toPort() >= 0
              && each.toPort() <= 0xffff,
          name + ": protocol or port out of range");
      check(
          each.type() == (each.fromAddress() instanceof Inet4Address ? 7 : 8),
          name + ": a type that is not its addresses'");
      check(
          each.fromPort() <= each.toPort()
              && Arrays.compareUnsigned(
                      each.fromAddress().getAddress(), each.toAddress().getAddress())
                  <= 0,
          name + ": a range that ends before it begins");
    }
    return all.stream()
        .map(
            each ->
                new TrafficSelector(
                    each.proto(),
                    each.fromPort(),
                    each.toPort(),
                    each.fromAddress(),
                    each.toAddress()))
        .toList();
  }

  private static IkeSuite suite(IkeContext context) throws Wrong {
    EncryptionAlgorithm encryption =
        known(
            "enc_alg_ike",
            EncryptionAlgorithm.values(),
            EncryptionAlgorithm::id,
            context.encAlgIke());
    try {
      return new IkeSuite(
          encryption,
          bits(encryption, context.encAlgIkeLen()),
          integrity("int_alg_ike", context.intAlgIke()),
          known(
              "prf_alg", PseudoRandomFunction.values(), PseudoRandomFunction::id, context.prfAlg()),
          known("dh_alg", KeyExchangeMethod.values(), KeyExchangeMethod::id, context.dhAlg()));
    } catch (IllegalArgumentException e) {
      throw new Wrong("enc_alg_ike, enc_alg_ike_len, int_alg_ike: " + e.getMessage());
    }
  }

  private static EspSuite espSuite(IpsecContext child) throws Wrong {
    EncryptionAlgorithm encryption =
        known(
            "encr_alg_child",
            EncryptionAlgorithm.values(),
            EncryptionAlgorithm::id,
            child.encrAlgChild());
    Optional<KeyExchangeMethod> group =
        child.dhAlgChild() == 0
            ? Optional.empty()
            : Optional.of(
                known(
                    "dh_alg_child",
                    KeyExchangeMethod.values(),
                    KeyExchangeMethod::id,
                    child.dhAlgChild()));
    try {
      return new EspSuite(
          encryption,
          bits(encryption, child.encAlgLenChild()),
          integrity("int_alg_child", child.intAlgChild()),
          group,
          child.esn());
    } catch (IllegalArgumentException e) {
      throw new Wrong("encr_alg_child, enc_alg_len_child, int_alg_child: " + e.getMessage());
    }
  }

  private static int bits(EncryptionAlgorithm encryption, int bits) {
    return bits == 0 && encryption.fixedKeyLength() ? encryption.keyBits().getFirst() : bits;
  }

  private static Optional<IntegrityAlgorithm> integrity(String name, int id) throws Wrong {
    return id == 0
        ? Optional.empty()
        : Optional.of(known(name, IntegrityAlgorithm.values(), IntegrityAlgorithm::id, id));
  }

  private static <A> A known(String name, A[] all, ToIntFunction<A> idOf, int id) throws Wrong {
    return Arrays.stream(all)
        .filter(each -> idOf.applyAsInt(each) == id)
        .findFirst()
        .orElseThrow(() -> new Wrong("%s: no algorithm %d here".formatted(name, id)));
  }

  /** Those that are given, or those that nonces and shared secret make (RFC 7296 §2.14). */
  private static Keys keys(IkeContext context, IkeSuite suite, long initiatorSpi, long responderSpi)
      throws Wrong {
    if (context.keys().isEmpty()) {
      check(
          context.nonceI().length() >= NONCE_OCTETS_MIN
              && context.nonceR().length() >= NONCE_OCTETS_MIN
              && context.dhSecret().length() > 0,
          "keys: missing, and so are nonce_i, nonce_r or dh_secret");
      return KeyDerivation.initial(
          suite,
          context.dhSecret(),
          new KeyDerivation.Exchange(
              context.nonceI().reveal(), context.nonceR().reveal(), initiatorSpi, responderSpi));
    }
    SkKeys keys = context.keys().get();
    length("sk_ei", keys.ei(), suite.encryptionKeyOctets());
    length("sk_er", keys.er(), suite.encryptionKeyOctets());
    length("sk_ai", keys.ai(), suite.integrityKeyOctets());
    length("sk_ar", keys.ar(), suite.integrityKeyOctets());
    length("sk_d", keys.d(), suite.prf().outputOctets());
    length("sk_pi", keys.pi(), suite.prf().outputOctets());
    length("sk_pr", keys.pr(), suite.prf().outputOctets());
    return new Keys(keys.d(), keys.ai(), keys.ar(), keys.ei(), keys.er(), keys.pi(), keys.pr());
  }

  private static void length(String name, Secret key, int octets) throws Wrong {
    check(
        key.length() == octets,
        "%s: has %d octets, and its algorithm wants %d".formatted(name, key.length(), octets));
  }

  private static long ikeSpi(String name, byte[] octets) throws Wrong {
    check(octets.length == Long.BYTES, name + ": not 8 octets");
    long spi = ByteBuffer.wrap(octets).getLong();
    check(spi != 0, name + ": 0");
    return spi;
  }

  private static int espSpi(String name, long spi) throws Wrong {
    check(spi > SPI_RESERVED_MAX && spi <= 0xffff_ffffL, name + ": out of range");
    return (int) spi;
  }

  private static Optional<SyncedIds> syncedIds(IkeContext context) {
    return context.condition().messageIdSync()
        ? Optional.of(context.phalanx().flatMap(Phalanx::syncedIds).orElse(SyncedIds.NONE))
        : Optional.empty();
  }

  /** Whoever began the session chooses its addresses (RFC 4555 §3.5). */
  private static Mobility mobility(IkeContext context) {
    return context.initiator() ? Mobility.NONE.withDecides() : Mobility.NONE;
  }

  private static Identity identity(IkeContext.Id id) {
    return new Identity(new IdType(id.type()), id.data());
  }

  /** That of ours; any, where the other cluster has other addresses. */
  private int listenIndex(Host own) {
    for (int index = 0; index < listen.size(); index++) {
      if (Arrays.equals(listen.get(index).getAddress(), own.address())) {
        return index;
      }
    }
    return PeerPath.ANY_LISTEN;
  }

  private static InetSocketAddress endpoint(String name, Host host) throws Wrong {
    check(host.port() > 0 && host.port() <= 0xffff, name + ": no port");
    try {
      return new InetSocketAddress(InetAddress.getByAddress(host.address()), host.port());
    } catch (UnknownHostException e) {
      throw new Wrong(name + ": an address has 4 or 16 octets");
    }
  }

  private static void check(boolean right, String why) throws Wrong {
    if (!right) {
      throw new Wrong(why);
    }
  }
}
