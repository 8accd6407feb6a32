package io.phalanx.config;

import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** All settings of one member, as {@code phalanx.yaml} gives them: complete and validated. */
public record GatewayConfig(
    Member member,
    Listen listen,
    Clear clear,
    InetSocketAddress admin,
    Cluster cluster,
    Ike ike,
    List<Pool> pools,
    List<Connection> connections,
    List<PresharedKey> presharedKeys,
    List<User> users,
    Optional<Radius> radius,
    Optional<ContextTransfer> contextTransfer) {

  /**
   * @param id 1..4095, unique in the cluster
   * @param stateDirectory where the last incarnation is remembered
   */
  public record Member(int id, Path stateDirectory) {}

  /**
   * @param addresses addresses that peers reach (the cluster's virtual address, or the member's own
   *     behind a balancer that rewrites); never empty
   * @param loops packet loops, one socket and one TUN queue each
   * @param ecn whether congestion marks on packets of peers are read (RFC 6040)
   */
  public record Listen(
      List<InetAddress> addresses, int ikePort, int natPort, int loops, boolean ecn) {}

  /** Where clear packets of the protected side come from and go to. */
  public sealed interface Clear {}

  /** A Linux TUN device; needs CAP_NET_ADMIN. */
  public record Tun(String name, int mtu) implements Clear {}

  /** IP packets, one per UDP datagram, with a process on this machine; needs no privilege. */
  public record Datagrams(InetSocketAddress bind, InetSocketAddress peer, int mtu)
      implements Clear {}

  /**
   * @param keys the cluster's secrets, newest first: the first seals, all open
   * @param backups synchronous backups of each image, 1..6; 0 in a cluster of one member
   * @param minimumMembers with fewer reachable members the store refuses changes
   * @param heartbeat interval of the interlink's heartbeats
   * @param suspectAfter silence after which a member counts as dead
   * @param protection how strangers are kept out, and how its keys change
   */
  public record Cluster(
      String name,
      List<ClusterMember> members,
      List<ClusterKey> keys,
      int backups,
      int minimumMembers,
      Duration heartbeat,
      Duration suspectAfter,
      Protection protection) {}

  /**
   * @param store how members know each other on the store's connections
   * @param keyring the file that {@link Cluster#keys} come from; empty if they stand in the
   *     configuration
   * @param retiredKeys keys that seal and open nothing any more
   */
  public record Protection(
      StoreSecurity store, Optional<Path> keyring, List<RetiredKey> retiredKeys) {}

  /** How members know each other where they share their store. */
  public sealed interface StoreSecurity {
    /**
     * TLS 1.3 with certificates of both sides ({@link MemberName}).
     *
     * @param authorities PEM files of the CAs that make members' certificates
     * @param certificate PEM file, leaf first
     * @param key PKCS#8 PEM file
     */
    record Tls(List<Path> authorities, Path certificate, Path key) implements StoreSecurity {}

    /** Nothing but a proof that both hold a key of the cluster, and then plain TCP. */
    record Plain() implements StoreSecurity {}

    /** There are no other members: nobody is let in. */
    record Closed() implements StoreSecurity {}
  }

  /**
   * @param interlink UDP address for heartbeats and forwarded packets
   * @param store TCP address of the member's part of the store
   */
  public record ClusterMember(int id, InetSocketAddress interlink, InetSocketAddress store) {}

  /**
   * @param id 0..255
   * @param secret 32 octets
   */
  public record ClusterKey(int id, Secret secret) {}

  /**
   * What is left of a key while sessions live whose SPIs were made under it.
   *
   * @param espMarks 32 octets, derived from the key
   * @param ikeMarks likewise
   */
  public record RetiredKey(int id, Secret espMarks, Secret ikeMarks) {}

  /**
   * @param retransmitFirst wait before the first retransmission of a request
   * @param retransmitBase factor from each wait to the next
   * @param retransmitTries retransmissions before the peer counts as dead
   * @param halfOpenMax half-open IKE SAs a member keeps; further requests are dropped
   * @param cookieThreshold half-open IKE SAs from which on COOKIE is asked for (RFC 7296 §2.6)
   * @param halfOpenTimeout life of an IKE SA that does not get authenticated
   * @param fragmentSize octets of an IP packet beyond which messages are cut (RFC 7383); 0 for
   *     never
   * @param window requests that a peer may have under way at once (RFC 7296 §2.3)
   * @param childless whether peers may authenticate without a Child SA (RFC 6023)
   * @param natKeepalive silence after which a NAT before us is reminded of us (RFC 3948 §4); zero
   *     for never
   * @param followRedirects as initiator, go to another gateway where the peer says so (RFC 5685)
   * @param redirectTo as responder, gateways that peers are sent to at once (RFC 5685); empty for
   *     none
   * @param keepOldIkeSa number of the notification KEEP_OLD_IKE_SA, for peers that do not know RFC
   *     7791; 0 for none
   */
  public record Ike(
      Duration retransmitFirst,
      double retransmitBase,
      int retransmitTries,
      int halfOpenMax,
      int cookieThreshold,
      Duration halfOpenTimeout,
      SourceLimits sourceLimits,
      int fragmentSize,
      int window,
      boolean childless,
      Duration natKeepalive,
      boolean followRedirects,
      List<Identity> redirectTo,
      int keepOldIkeSa) {}

  /**
   * What one source (an IPv4 address, or an IPv6 /64) may take; 0 for no limit, as behind a
   * balancer that puts its own address in the place of the peers'.
   *
   * @param halfOpenMax half-open IKE SAs
   * @param requestsPerSecond IKE_SA_INIT requests, with as many at once
   */
  public record SourceLimits(int halfOpenMax, int requestsPerSecond) {}

  /**
   * Virtual addresses for peers, and what goes with them.
   *
   * @param domains names that the peer is to ask {@code dns} for (RFC 8598); empty for all names
   * @param subnets networks that the peer is told it reaches through us (RFC 7296 §3.15.1)
   * @param members whom it is for, whatever pool their connection names; empty for connections that
   *     name it
   * @param fixed addresses that are kept for one identity each
   */
  public record Pool(
      String name,
      List<IpPrefix> addresses,
      List<InetAddress> dns,
      List<String> domains,
      List<IpPrefix> subnets,
      List<IdentityPattern> members,
      List<FixedAddress> fixed) {
    /** Addresses and name servers, for whoever comes. */
    public Pool(String name, List<IpPrefix> addresses, List<InetAddress> dns) {
      this(name, addresses, dns, List.of(), List.of(), List.of(), List.of());
    }
  }

  /**
   * @param addresses one of a family at most
   */
  public record FixedAddress(Identity id, List<InetAddress> addresses) {}

  /**
   * Whom to talk to and how.
   *
   * @param remoteAddress the peer's address and IKE port; empty for a connection that only answers
   * @param ikeSuites in order of preference
   * @param pool name of the pool for peers that ask for an address; empty for none
   * @param requestAddresses as initiator, ask for an address of these families (4, 6)
   * @param initiate bring the connection up at start and keep it up
   * @param dpdInterval silence after which the peer is probed; zero for never
   * @param rekeyAfter life of an IKE SA before it is rekeyed; zero for never
   * @param reauthAfter time after which the peer has to authenticate anew (RFC 4478); zero for
   *     never
   * @param redirectTo gateways, addresses or names, that peers of this connection are sent to once
   *     they are authenticated (RFC 5685 §6); empty for none
   */
  public record Connection(
      String name,
      Local local,
      Remote remote,
      Optional<InetSocketAddress> remoteAddress,
      List<IkeSuite> ikeSuites,
      Optional<String> pool,
      List<Integer> requestAddresses,
      boolean initiate,
      Duration dpdInterval,
      Duration rekeyAfter,
      Duration reauthAfter,
      Mobility mobility,
      List<Identity> redirectTo,
      List<Child> children) {}

  /**
   * How the peers of a connection may move (RFC 4555).
   *
   * @param mobike whether they may, and have several addresses
   */
  public record Mobility(boolean mobike, RoutabilityCheck check) {}

  /** When a peer that has moved has to show that it can be reached where it is now. */
  public enum RoutabilityCheck {
    /** Before it gets ESP there. */
    BEFORE,
    /** While it gets ESP there already. */
    AFTER,
    NEVER
  }

  /** How this side proves who it is. */
  public record Local(Identity id, Authentication authentication) {}

  /**
   * How the peer must prove who it is.
   *
   * @param id the identities to accept; empty for any that authenticates
   */
  public record Remote(Optional<IdentityPattern> id, Authentication authentication) {}

  public sealed interface Authentication {}

  /** A shared key out of {@link GatewayConfig#presharedKeys()} (RFC 7296 §2.15). */
  public record Psk() implements Authentication {}

  /**
   * A signature (RFC 7427) with a certificate.
   *
   * @param chain for the local side: PEM file, leaf first, then intermediates
   * @param key for the local side: PKCS#8 PEM file
   * @param authorities for the remote side: PEM files of trusted CAs
   * @param revocation for the remote side: how to find out whether its certificates were revoked
   */
  public record Certificate(
      Optional<Path> chain, Optional<Path> key, List<Path> authorities, Revocation revocation)
      implements Authentication {
    /** Nobody is asked whether it was revoked. */
    public Certificate(Optional<Path> chain, Optional<Path> key, List<Path> authorities) {
      this(chain, key, authorities, Revocation.NONE);
    }
  }

  /** What it takes for a certificate to count as not revoked. */
  public enum RevocationPolicy {
    /** Nothing. */
    OFF,
    /** Nobody who can be asked says that it is revoked. */
    IF_AVAILABLE,
    /** Somebody says that it is not. */
    STRICT
  }

  /**
   * @param crls files and HTTP places of CRLs, beside those that a certificate names
   * @param ocsp responder to ask first
   * @param named whether the places that a certificate names are asked, too
   */
  public record Revocation(
      RevocationPolicy policy, List<URI> crls, Optional<URI> ocsp, boolean named) {
    public static final Revocation NONE =
        new Revocation(RevocationPolicy.OFF, List.of(), Optional.empty(), false);
  }

  /** What ESP carries (RFC 4301 §4.1). */
  public enum Mode {
    /** Packets of the networks behind the two ends. */
    TUNNEL,
    /** What the two ends themselves say to each other, without an IP header of its own. */
    TRANSPORT
  }

  /**
   * EAP (RFC 7296 §2.16): for the remote side only.
   *
   * @param methods offered, the preferred ones first; never empty
   * @param askIdentity whether the peer is asked who it is; if not, its IKE identity counts
   * @param authorities for EAP-TLS: PEM files of trusted CAs
   * @param only whether we do not prove who we are otherwise, where the peer wants it so (RFC 5998)
   */
  public record Eap(
      List<EapMethod> methods, boolean askIdentity, List<Path> authorities, boolean only)
      implements Authentication {}

  /**
   * @param localSelectors what is protected on our side; empty for just the virtual address that we
   *     ask the peer for, in transport mode for the address that we listen on
   * @param remoteSelectors what the peer may have; empty for just its virtual address (or its own
   *     address where it has none)
   * @param rekeyBytes bytes in one direction after which the Child SA is rekeyed; 0 for no limit
   * @param rekeyPackets packets in one direction, likewise
   * @param windowSizeBits anti-replay window, 32..8192 in steps of 32
   * @param handling how packets are fitted into what carries them
   */
  public record Child(
      String name,
      List<IpPrefix> localSelectors,
      List<IpPrefix> remoteSelectors,
      List<EspSuite> espSuites,
      Duration rekeyAfter,
      long rekeyBytes,
      long rekeyPackets,
      int windowSizeBits,
      Mode mode,
      PacketHandling handling) {}

  /**
   * @param ids the peers (or pairs of ends) this key is for; empty for every peer
   */
  public record PresharedKey(List<Identity> ids, Secret secret) {}

  /** A user that authenticates by EAP with a password. */
  public record User(String name, Secret password) {}

  /**
   * Servers that are asked about peers, and told of sessions.
   *
   * @param servers in order of preference
   * @param timeout wait before a packet is sent again
   * @param tries how often a packet is sent to one server
   * @param deadTime how long a server that did not answer is asked last
   * @param source address to send from; empty for any
   * @param nasIdentifier how we call ourselves; empty for the name of the cluster
   * @param accounting whether servers are told of sessions (RFC 2866)
   * @param interim between two reports of one session, where the server does not say; zero for none
   * @param disconnect where Disconnect-Requests of the servers come in (RFC 5176); empty for
   *     nowhere
   */
  public record Radius(
      List<RadiusServer> servers,
      Duration timeout,
      int tries,
      Duration deadTime,
      Optional<InetAddress> source,
      String nasIdentifier,
      boolean accounting,
      Duration interim,
      Optional<InetSocketAddress> disconnect) {}

  public record RadiusServer(
      InetSocketAddress access, InetSocketAddress accounting, Secret secret) {}

  /**
   * Other clusters that IKE SAs and Child SAs may be given to, and taken from.
   *
   * @param key PEM file: the private key of this cluster, the same on all members
   */
  public record ContextTransfer(Path key, List<Partner> partners) {}

  /**
   * @param key PEM file: the public key of another cluster
   */
  public record Partner(String name, Path key) {}
}
