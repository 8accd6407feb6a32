package io.phalanx.node.context;

import io.phalanx.config.Identity;
import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.node.context.IkeContext.Condition;
import io.phalanx.node.context.IkeContext.Host;
import io.phalanx.node.context.IkeContext.Phalanx;
import io.phalanx.node.context.IkeContext.SkKeys;
import io.phalanx.node.context.IpsecContext.Ends;
import io.phalanx.node.context.IpsecContext.Handling;
import io.phalanx.node.context.IpsecContext.Selector;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import io.phalanx.replication.image.IkeSaImage.Extensions;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Images as contexts. */
public final class ContextWriter {
  private static final int NAT_PORT = 4500; // RFC 3948 §2
  private static final int IKE_PORT = 500;
  private static final byte[] NO_OCTETS = new byte[0];

  private final List<InetAddress> listen;

  /**
   * @param listen addresses that peers of this gateway reach, in the order of the configuration
   */
  public ContextWriter(List<InetAddress> listen) {
    this.listen = List.copyOf(listen);
  }

  /**
   * @param saClusters of the IKE SA's Child SAs; limits: the next number to send, and the highest
   *     one accepted
   */
  public IkeContext of(IkeSaImage ike, List<SaClusterImage> saClusters) {
    IkeSuite suite = ike.suite();
    Extensions extensions = ike.extensions();
    return new IkeContext(
        IkeContext.IKEV2,
        ike.initiator(),
        spi(ike.initiator() ? ike.localSpi() : ike.peerSpi()),
        spi(ike.initiator() ? ike.peerSpi() : ike.localSpi()),
        new Host(listenAddress(ike.listen()), ike.natPort() ? NAT_PORT : IKE_PORT),
        host(ike.peer()),
        suite.encryption().id(),
        keyBits(suite.encryption(), suite.keyBits()),
        suite.integrity().map(IntegrityAlgorithm::id).orElse(0),
        suite.prf().id(),
        suite.keyExchange().id(),
        Secret.EMPTY,
        Secret.EMPTY,
        Secret.EMPTY,
        Optional.of(
            new SkKeys(
                ike.keys().d(),
                ike.keys().ai(),
                ike.keys().ar(),
                ike.keys().ei(),
                ike.keys().er(),
                ike.keys().pi(),
                ike.keys().pr())),
        new Condition(
            ike.localBehindNat(),
            ike.peerBehindNat(),
            ike.natPort(),
            ike.grants().user(),
            extensions.mobike(),
            extensions.fragmentation(),
            extensions.childless(),
            extensions.redirects(),
            extensions.syncedIds().isPresent(),
            extensions.clones(),
            extensions.peerWindow()),
        ike.localId().map(ContextWriter::id),
        ike.peerId().map(ContextWriter::id),
        ike.nextOwnId(),
        ike.nextPeerId(),
        ike.responses(),
        ike.virtualAddresses(),
        ike.ownAddresses(),
        ike.createdAtMillis(),
        ike.establishedAtMillis(),
        ike.rekeyAtMillis(),
        ike.reauthAtMillis(),
        ike.expiresAtMillis(),
        ike.connection(),
        saClusters.stream().map(each -> ipsec(ike, each)).toList(),
        Optional.of(
            new Phalanx(
                ike.sessionId(), ike.mobility(), ike.grants(), ike.extensions().syncedIds())));
  }

  private IpsecContext ipsec(IkeSaImage ike, SaClusterImage image) {
    SubSaSpec sub = image.subSas().getFirst();
    EspSuite suite = sub.suite();
    PacketHandling handling = image.handling();
    return new IpsecContext(
        ike.initiator(),
        new Host(listenAddress(sub.path().listen()), NAT_PORT),
        host(sub.path().peer()),
        image.transport().isPresent() ? IpsecContext.TRANSPORT : IpsecContext.TUNNEL,
        IpsecContext.ESP,
        suite.encryption().id(),
        keyBits(suite.encryption(), suite.keyBits()),
        suite.integrity().map(IntegrityAlgorithm::id).orElse(0),
        suite.keyExchange().map(KeyExchangeMethod::id).orElse(0),
        sub.inboundEncryption(),
        sub.inboundIntegrity(),
        sub.outboundEncryption(),
        sub.outboundIntegrity(),
        image.limits().inLimit(),
        NO_OCTETS,
        image.limits().outLease() - 1,
        NO_OCTETS,
        Integer.toUnsignedLong(sub.inboundSpi()),
        Integer.toUnsignedLong(sub.outboundSpi()),
        false,
        image.extendedSequenceNumbers(),
        image.windowSizeBits(),
        image.localSelectors().stream().map(ContextWriter::selector).toList(),
        image.remoteSelectors().stream().map(ContextWriter::selector).toList(),
        ike.children().stream()
            .filter(child -> child.saId() == image.id())
            .mapToLong(ChildRef::rekeyAtMillis)
            .findFirst()
            .orElse(0),
        image.rekeyBytes(),
        image.rekeyPackets(),
        handling.pathMtuOctets(),
        image
            .transport()
            .map(
                ends -> new Ends(ends.local(), ends.peer(), ends.localAtPeer(), ends.peerAtPeer())),
        Optional.of(new Handling(handling.clampMss(), handling.outerDscp(), handling.copyEcn())),
        image.createdAtMillis(),
        image.child());
  }

  private byte[] listenAddress(int index) {
    return index >= 0 && index < listen.size() ? listen.get(index).getAddress() : NO_OCTETS;
  }

  private static Host host(InetSocketAddress endpoint) {
    return new Host(endpoint.getAddress().getAddress(), endpoint.getPort());
  }

  private static IkeContext.Id id(Identity identity) {
    return new IkeContext.Id(identity.type().code(), identity.data());
  }

  private static Selector selector(TrafficSelector each) {
    return new Selector(
        each.startPort(),
        each.endPort(),
        each.ipv4() ? 7 : 8,
        each.protocol(),
        each.start(),
        each.end());
  }

  private static byte[] spi(long spi) {
    return ByteBuffer.allocate(Long.BYTES).putLong(spi).array();
  }

  /** As on the wire: 0 where a cipher has one key length. */
  private static int keyBits(EncryptionAlgorithm encryption, int bits) {
    return encryption.fixedKeyLength() ? 0 : bits;
  }
}
