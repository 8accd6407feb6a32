package io.phalanx.replication.image;

import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.KeyExchangeMethod;
import io.phalanx.datapath.PeerPath;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The image of an IKE SA: all that another member needs to go on with it, at any moment between two
 * messages (seed 004, section 4).
 *
 * @param sessionId stays the same on every member and over rekeys of the IKE SA
 * @param localSpi our SPI, the key of the image
 * @param connection name of the connection in the configuration; empty until it is known
 * @param peer where IKE messages go
 * @param listen the listen address that they leave from, as in {@link PeerPath}
 * @param nextOwnId message id of our next request
 * @param nextPeerId message id of the peer's next request
 * @param responses our last responses, as they were sent
 * @param requests our requests in flight, as they were sent
 * @param virtualAddresses given to the peer by us
 * @param ownAddresses given to us by the peer
 * @param rekeyedByPeer rekeys that the peer has begun and not ended, to resolve collisions
 * @param reauthAtMillis wall clock: the peer has to authenticate anew by then (RFC 4478); 0 for
 *     never
 * @param expiresAtMillis wall clock: the IKE SA goes then, whatever it waits for; 0 for never
 * @param extensions what both ends have said they can
 * @param mobility where the peer may be (RFC 4555)
 * @param eap how far EAP has come; empty before and after it, and without it
 * @param grants what authentication has brought beside the identity
 * @param ivSpaces of other gateways that may have sent under the keys of the session before it came
 *     here
 */
public record IkeSaImage(
    long sessionId,
    long localSpi,
    long peerSpi,
    boolean initiator,
    Phase phase,
    String connection,
    IkeSuite suite,
    Keys keys,
    InetSocketAddress peer,
    boolean natPort,
    int listen,
    boolean localBehindNat,
    boolean peerBehindNat,
    long nextOwnId,
    long nextPeerId,
    List<SentResponse> responses,
    List<RequestInFlight> requests,
    Optional<InitExchange> init,
    Optional<Identity> localId,
    Optional<Identity> peerId,
    List<InetAddress> virtualAddresses,
    List<InetAddress> ownAddresses,
    List<ChildRef> children,
    List<RekeyedByPeer> rekeyedByPeer,
    long createdAtMillis,
    long establishedAtMillis,
    long rekeyAtMillis,
    long reauthAtMillis,
    long expiresAtMillis,
    Extensions extensions,
    Mobility mobility,
    Optional<EapProgress> eap,
    Grants grants,
    List<IvSpace> ivSpaces) {

  private static final int NAT_PORT = 4500; // RFC 3948 §2

  /** Where ESP goes: the way of IKE, on the NAT port in any case (RFC 3948 §2). */
  public static PeerPath espPath(InetSocketAddress peer, boolean natPort, int listen) {
    return new PeerPath(
        natPort ? peer : new InetSocketAddress(peer.getAddress(), NAT_PORT), listen);
  }

  /** Where ESP of its SA clusters goes. */
  public PeerPath espPath() {
    return mobility.esp().orElseGet(() -> espPath(peer, natPort, listen));
  }

  public enum Phase {
    /** We have sent IKE_SA_INIT; suite and keys are not known yet. */
    INITIATING,
    /** IKE_SA_INIT is done, IKE_AUTH is not. */
    HALF_OPEN,
    /**
     * Made by a rekey that the peer began, which is not known to have got our answer. Its children
     * still hang on the IKE SA that it replaces.
     */
    UNCONFIRMED,
    ESTABLISHED,
    /** Replaced by a rekey; waits for its deletion. */
    REKEYED,
    /** We have asked to delete it. */
    DELETING
  }

  /** SK_* of RFC 7296 §2.14. */
  public record Keys(Secret d, Secret ai, Secret ar, Secret ei, Secret er, Secret pi, Secret pr) {}

  /**
   * A response that may have to be sent again.
   *
   * @param requestDigest SHA-256 of the request it answers: only the same request gets it again
   * @param messages the message, or its fragments (RFC 7383)
   */
  public record SentResponse(long messageId, byte[] requestDigest, List<byte[]> messages) {}

  /**
   * A request of ours that is not answered yet, and what is needed to process the answer.
   *
   * @param messages the message, or its fragments (RFC 7383)
   * @param purpose which exchange it is
   * @param nonce our nonce, where the exchange has one
   * @param keyExchange group of our key exchange, with its private value
   * @param spi SPI offered by us: of the new Child SA (low 32 bits) or the new IKE SA
   * @param replaces SPI of what it rekeys or deletes: our inbound Child SPI or our IKE SPI; 0 if
   *     none
   * @param child name of the child in the configuration, or empty
   */
  public record RequestInFlight(
      long messageId,
      List<byte[]> messages,
      String purpose,
      long firstSentAtMillis,
      Secret nonce,
      Optional<KeyExchangeMethod> keyExchange,
      Secret privateValue,
      long spi,
      long replaces,
      String child) {}

  /** The two messages of IKE_SA_INIT and the nonces, which IKE_AUTH signs (RFC 7296 §2.15). */
  public record InitExchange(byte[] request, byte[] response, byte[] nonceI, byte[] nonceR) {}

  /**
   * A Child SA of this IKE SA.
   *
   * @param saId the SA cluster it belongs to
   * @param rekeyAtMillis wall clock; 0 for never
   */
  public record ChildRef(
      int saId, int inboundSpi, int outboundSpi, String child, long rekeyAtMillis) {}

  /**
   * A rekey that the peer began while what it replaces still lives (RFC 7296 §2.8.1).
   *
   * @param replaced our inbound SPI of the Child SA, or our SPI of the IKE SA
   * @param created our SPI of what takes its place
   * @param lowestNonce the lower one of the exchange's two nonces
   */
  public record RekeyedByPeer(long replaced, long created, byte[] lowestNonce) {}

  /**
   * What both ends have said they can.
   *
   * @param fragmentation messages may be cut (RFC 7383)
   * @param mobike the peer may move and have several addresses (RFC 4555)
   * @param childless IKE_AUTH may do without a Child SA (RFC 6023)
   * @param peerWindow requests that the peer takes at once (RFC 7296 §2.3); 0 where it has said
   *     nothing, which means one
   * @param crashToken shown by a peer that has lost the IKE SA (RFC 6290); empty if it has none
   * @param tokenDue whether the peer has still to be given ours
   * @param redirects the peer can be sent to another gateway (RFC 5685)
   * @param syncedIds where both ends can agree on message ids after a failover (RFC 6311)
   * @param clones both ends can make further IKE SAs beside this one (RFC 7791)
   * @param family how many of them this one knows of: they have the same session and addresses
   * @param cloned whether this one was made so
   */
  public record Extensions(
      boolean fragmentation,
      boolean mobike,
      boolean childless,
      int peerWindow,
      Secret crashToken,
      boolean tokenDue,
      boolean redirects,
      Optional<SyncedIds> syncedIds,
      boolean clones,
      int family,
      boolean cloned) {
    public static final Extensions NONE =
        new Extensions(
            false, false, false, 0, Secret.EMPTY, false, false, Optional.empty(), false, 0, false);

    public Extensions withFragmentation(boolean agreed) {
      return new Extensions(
          agreed,
          mobike,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withMobike(boolean agreed) {
      return new Extensions(
          fragmentation,
          agreed,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withChildless(boolean agreed) {
      return new Extensions(
          fragmentation,
          mobike,
          agreed,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withPeerWindow(int requests) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          requests,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withCrashToken(Secret token) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          token,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withTokenDue(boolean due) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          crashToken,
          due,
          redirects,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withRedirects(boolean agreed) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          agreed,
          syncedIds,
          clones,
          family,
          cloned);
    }

    public Extensions withSyncedIds(Optional<SyncedIds> now) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          now,
          clones,
          family,
          cloned);
    }

    public Extensions withClones(boolean agreed) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          agreed,
          family,
          cloned);
    }

    /** Of a family of so many. */
    public Extensions withFamily(int size, boolean made) {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          peerWindow,
          crashToken,
          tokenDue,
          redirects,
          syncedIds,
          clones,
          size,
          made);
    }

    /**
     * For the IKE SA that takes the place of this one: it has a window of one again (RFC 7296
     * §2.18), and a token is for one pair of SPIs.
     */
    public Extensions inherited() {
      return new Extensions(
          fragmentation,
          mobike,
          childless,
          0,
          Secret.EMPTY,
          false,
          redirects,
          syncedIds.map(_ -> SyncedIds.NONE),
          clones,
          family,
          cloned);
    }
  }

  /**
   * The last synchronisation of message ids that the peer, a cluster, has asked for (RFC 6311).
   *
   * @param next what the next one has to name at least as the peer's next message id
   * @param requestDigest SHA-256 of the request; empty before the first
   * @param response our answer, as it was sent
   */
  public record SyncedIds(long next, byte[] requestDigest, byte[] response) {
    public static final SyncedIds NONE = new SyncedIds(0, new byte[0], new byte[0]);
  }

  /**
   * Where the peer may be, and what of a move is not done yet (RFC 4555).
   *
   * @param decides whether we began the first IKE SA of the session, and so choose its addresses
   * @param peerAddresses addresses that the peer has told of beside the one in use
   * @param told our addresses that the peer knows of
   * @param moves how often IKE has changed its path
   * @param esp where ESP still goes while a move is under way; empty for where IKE goes
   * @param toUpdate whether UPDATE_SA_ADDRESSES is to be sent, or its answer is not here yet
   * @param toCheck whether the peer has still to show that it can be reached where it is now
   * @param moving whether the SA clusters in the store may not have the path yet
   * @param seenAs hash of the endpoint that the peer saw us at last; empty for not known
   */
  public record Mobility(
      boolean decides,
      List<InetAddress> peerAddresses,
      List<InetAddress> told,
      long moves,
      Optional<PeerPath> esp,
      boolean toUpdate,
      boolean toCheck,
      boolean moving,
      byte[] seenAs) {
    private static final byte[] NOT_SEEN = new byte[0];

    public static final Mobility NONE =
        new Mobility(
            false, List.of(), List.of(), 0, Optional.empty(), false, false, false, NOT_SEEN);

    public Mobility withDecides() {
      return new Mobility(true, peerAddresses, told, moves, esp, toUpdate, toCheck, moving, seenAs);
    }

    public Mobility withPeerAddresses(List<InetAddress> addresses) {
      return new Mobility(decides, addresses, told, moves, esp, toUpdate, toCheck, moving, seenAs);
    }

    public Mobility withTold(List<InetAddress> addresses) {
      return new Mobility(
          decides, peerAddresses, addresses, moves, esp, toUpdate, toCheck, moving, seenAs);
    }

    /** After another change of path, with ESP where it was. */
    public Mobility withMove(Optional<PeerPath> stayed) {
      return new Mobility(
          decides, peerAddresses, told, moves + 1, stayed, toUpdate, toCheck, moving, seenAs);
    }

    public Mobility withEsp(Optional<PeerPath> stayed) {
      return new Mobility(
          decides, peerAddresses, told, moves, stayed, toUpdate, toCheck, moving, seenAs);
    }

    public Mobility withToUpdate(boolean due) {
      return new Mobility(decides, peerAddresses, told, moves, esp, due, toCheck, moving, seenAs);
    }

    public Mobility withToCheck(boolean due) {
      return new Mobility(decides, peerAddresses, told, moves, esp, toUpdate, due, moving, seenAs);
    }

    public Mobility withMoving(boolean now) {
      return new Mobility(decides, peerAddresses, told, moves, esp, toUpdate, toCheck, now, seenAs);
    }

    public Mobility withSeenAs(byte[] hash) {
      return new Mobility(
          decides, peerAddresses, told, moves, esp, toUpdate, toCheck, moving, hash);
    }

    /** For the IKE SA that takes the place of this one: the hash is over its SPIs. */
    public Mobility inherited() {
      return withSeenAs(NOT_SEEN);
    }
  }

  /**
   * What a gateway may have used as explicit IVs, which nobody else may use under the same keys.
   *
   * @param issuer SHA-256 of the key by which the gateway is known when sessions move
   * @param members what the first 12 bits of its IVs may be: the ids of its members
   */
  public record IvSpace(byte[] issuer, List<Integer> members) {}

  /**
   * An EAP conversation under way (RFC 7296 §2.16).
   *
   * @param offer the first request of IKE_AUTH, as a message without protection: what is to be made
   *     once EAP has succeeded
   * @param only EAP alone proves who we are (RFC 5998)
   */
  public record EapProgress(byte[] offer, boolean only, EapState state) {}

  /**
   * What authentication has brought beside the identity.
   *
   * @param user who the peer is by EAP; empty where that was not used
   * @param addresses for the peer; empty for some of the connection's pool
   * @param pool for the peer, by name; empty for that of the connection
   * @param classes to be given back to accounting, as they are (RFC 2865 §5.25)
   * @param sessionSeconds how long the session may last; 0 for no limit
   * @param idleSeconds how long it may be without traffic; 0 for no limit
   * @param interimSeconds between two accounting records; 0 for what the configuration says
   */
  public record Grants(
      String user,
      List<InetAddress> addresses,
      String pool,
      List<byte[]> classes,
      long sessionSeconds,
      long idleSeconds,
      long interimSeconds,
      Account account) {
    public static final Grants NONE = of("");

    /** A user, and nothing else. */
    public static Grants of(String user) {
      return new Grants(user, List.of(), "", List.of(), 0, 0, 0, Account.NONE);
    }

    public Grants with(Account now) {
      return new Grants(
          user, addresses, pool, classes, sessionSeconds, idleSeconds, interimSeconds, now);
    }
  }

  /**
   * What accounting knows of the session. Of the IKE SAs of a session, just one has it.
   *
   * @param byRadius whether a RADIUS server has authenticated the peer, not we ourselves
   * @param inPackets from the peer, up to the last report; the others likewise
   */
  public record Account(
      Stage stage,
      boolean byRadius,
      long inPackets,
      long inOctets,
      long outPackets,
      long outOctets) {
    public static final Account NONE = new Account(Stage.NONE, false, 0, 0, 0, 0);

    public enum Stage {
      NONE,
      /** Its start is to be told. */
      STARTING,
      RUNNING,
      /** Its end is to be told. */
      STOPPING
    }

    public Account at(Stage now) {
      return new Account(now, byRadius, inPackets, inOctets, outPackets, outOctets);
    }

    public Account withByRadius() {
      return new Account(stage, true, inPackets, inOctets, outPackets, outOctets);
    }
  }
}
