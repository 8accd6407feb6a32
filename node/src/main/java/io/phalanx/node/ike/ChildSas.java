package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.TransportAddresses;
import io.phalanx.node.ike.crypto.KeyDerivation.ChildKeys;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.RekeyedByPeer;
import io.phalanx.replication.image.SaClusterImage;
import java.util.List;
import java.util.Optional;

/** Makes and ends the Child SAs of an IKE SA. */
final class ChildSas {
  /** Of one IKE SA; a bound of ours. */
  static final int COUNT_MAX = 64;

  /** Likewise, while they are rekeyed: each may be there twice. */
  static final int COUNT_REKEYED_MAX = 2 * COUNT_MAX;

  /**
   * Numbers that a new SA cluster may use at once. Outbound a few, so that its first packets wait
   * for no lease. Inbound none: a successor drops whatever was reserved, and the first packets of a
   * new SA are those that its peer would miss most. The first one waits for the store.
   */
  private static final SaClusterImage.Limits FIRST_LIMITS = new SaClusterImage.Limits(65, 0);

  private final Environment environment;

  ChildSas(Environment environment) {
    this.environment = environment;
  }

  /**
   * A Child SA that both sides have agreed on.
   *
   * @param transport the two ends in transport mode; empty in tunnel mode
   * @param weInitiated whether we have begun the exchange that made it: tells whose keys are whose
   */
  record Agreed(
      Child child,
      EspSuite suite,
      int inboundSpi,
      int outboundSpi,
      Selectors selectors,
      Optional<TransportAddresses> transport,
      ChildKeys keys,
      boolean weInitiated) {}

  /** Adds it to the IKE SA; it is carried once it is in the store. */
  ChildRef add(IkeSa sa, Agreed agreed, String event, long nowMillis) {
    return add(sa, agreed, event, false, nowMillis);
  }

  /**
   * Likewise, in place of one that the peer rekeys: that sends until the peer may have the answer.
   */
  ChildRef addForRekey(IkeSa sa, Agreed agreed, long nowMillis) {
    return add(sa, agreed, "child-rekeyed", true, nowMillis);
  }

  private ChildRef add(IkeSa sa, Agreed agreed, String event, boolean behind, long nowMillis) {
    SaClusterImage image = image(sa, agreed, nowMillis);
    ChildRef child =
        new ChildRef(
            image.id(),
            agreed.inboundSpi(),
            agreed.outboundSpi(),
            agreed.child().name(),
            environment.rekeyAt(agreed.child().rekeyAfter(), nowMillis));
    sa.children.add(child);
    sa.changes.add(image);
    sa.hold(new Effect.InstallChild(image, behind));
    sa.report(
        event,
        "child=%s in=%08x out=%08x suite=%s %s%s"
            .formatted(
                agreed.child().name(),
                agreed.inboundSpi(),
                agreed.outboundSpi(),
                text(agreed.suite()),
                agreed.transport().isPresent() ? "transport " : "",
                agreed.selectors().text()));
    return child;
  }

  private static SaClusterImage image(IkeSa sa, Agreed agreed, long nowMillis) {
    ChildKeys keys = agreed.keys();
    boolean ours = agreed.weInitiated();
    SubSaSpec pair =
        new SubSaSpec(
            agreed.inboundSpi(),
            agreed.outboundSpi(),
            agreed.suite(),
            ours ? keys.responderEncryption() : keys.initiatorEncryption(),
            ours ? keys.responderIntegrity() : keys.initiatorIntegrity(),
            ours ? keys.initiatorEncryption() : keys.responderEncryption(),
            ours ? keys.initiatorIntegrity() : keys.responderIntegrity(),
            sa.espPath());
    return new SaClusterImage(
        agreed.inboundSpi(),
        sa.localSpi,
        sa.sessionId,
        sa.connection,
        agreed.child().name(),
        List.of(pair),
        agreed.suite().extendedSequenceNumbers(),
        agreed.child().windowSizeBits(),
        agreed.selectors().local(),
        agreed.selectors().remote(),
        agreed.child().rekeyBytes(),
        agreed.child().rekeyPackets(),
        agreed.transport(),
        agreed.child().handling(),
        nowMillis,
        FIRST_LIMITS);
  }

  /** Ends one. */
  void remove(IkeSa sa, ChildRef child, String why) {
    sa.children.remove(child);
    sa.local.exhausted.remove(child.saId());
    long spi = Integer.toUnsignedLong(child.inboundSpi());
    forgetRekeysOf(sa, spi);
    sa.changes.remove(child.saId());
    Accounts.counting(sa, child.saId());
    sa.hold(new Effect.RemoveChild(child.saId()));
    sa.report(
        "child-down", "child=%s in=%08x: %s".formatted(child.child(), child.inboundSpi(), why));
  }

  /**
   * A rekey by the peer counts as long as ours of the same Child SA waits for its answer, also when
   * the peer has deleted the old one already: which of the two stays is still to be seen.
   */
  private static void forgetRekeysOf(IkeSa sa, long spi) {
    boolean collides = sa.asking(Purpose.REKEY_CHILD, spi);
    Optional<RekeyedByPeer> successor = sa.rekeyOf(spi);
    sa.rekeyedByPeer.replaceAll(
        each ->
            each.created() == spi && successor.isPresent()
                ? new RekeyedByPeer(each.replaced(), successor.get().created(), each.lowestNonce())
                : each);
    sa.rekeyedByPeer.removeIf(
        each -> each.created() == spi || (each.replaced() == spi && !collides));
  }

  private static String text(EspSuite suite) {
    return suite.encryption()
        + "-"
        + suite.keyBits()
        + suite.integrity().map(each -> "/" + each).orElse("")
        + suite.keyExchange().map(each -> "/" + each).orElse("")
        + (suite.extendedSequenceNumbers() ? "/ESN" : "");
  }
}
