package io.phalanx.node.context;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.phalanx.config.Secret;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.Mobility;
import io.phalanx.replication.image.IkeSaImage.SentResponse;
import io.phalanx.replication.image.IkeSaImage.SyncedIds;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * An IKE SA as any vendor could go on with it (draft-plmrs-ipsecme-ipsec-ikev2-context-definition,
 * section 4 and annex A); the names of the draft are those of the map. "My" and "own" is the
 * gateway that gives it away. Algorithms are transform ids of IANA, times wall clocks in
 * milliseconds with 0 for never.
 *
 * @param version {@link #IKEV2}
 * @param initiator whether it was the initiator of this IKE SA
 * @param encAlgIkeLen key length in bits, without a salt
 * @param intAlgIke 0 with a combined-mode cipher
 * @param nonceI read where {@code keys} is missing; not written, as what it is for is in the keys
 * @param nonceR likewise
 * @param dhSecret g^ir of IKE_SA_INIT, likewise
 * @param condition what both ends have agreed on, and where NATs are
 * @param messageIdOwn message id of our next request
 * @param messageIdPeer message id of the peer's next request
 * @param answers our last responses, should the peer ask once more
 * @param innerPeer addresses given to the peer
 * @param innerOwn addresses given to us
 * @param connection name of its configuration, which the one that takes it must have
 * @param ipsecSas its Child SAs
 * @param phalanx what only this software can use
 */
public record IkeContext(
    int version,
    boolean initiator,
    byte[] ikeSpiI,
    byte[] ikeSpiR,
    Host myHost,
    Host otherHost,
    int encAlgIke,
    int encAlgIkeLen,
    int intAlgIke,
    int prfAlg,
    int dhAlg,
    Secret nonceI,
    Secret nonceR,
    Secret dhSecret,
    Optional<SkKeys> keys,
    Condition condition,
    Optional<Id> idOwn,
    Optional<Id> idPeer,
    long messageIdOwn,
    long messageIdPeer,
    List<SentResponse> answers,
    List<InetAddress> innerPeer,
    List<InetAddress> innerOwn,
    long created,
    long established,
    long rekeyAt,
    long reauthAt,
    long expiresAt,
    String connection,
    List<IpsecContext> ipsecSas,
    Optional<Phalanx> phalanx) {
  public static final int IKEV2 = 2;

  /**
   * @param address 4 or 16 octets; empty for any of ours
   * @param port UDP
   */
  public record Host(byte[] address, int port) {}

  /** SK_d to SK_pr (RFC 7296 §2.14); a cipher's salt is at the end of its key. */
  public record SkKeys(
      @JsonProperty("sk_d") Secret d,
      @JsonProperty("sk_ai") Secret ai,
      @JsonProperty("sk_ar") Secret ar,
      @JsonProperty("sk_ei") Secret ei,
      @JsonProperty("sk_er") Secret er,
      @JsonProperty("sk_pi") Secret pi,
      @JsonProperty("sk_pr") Secret pr) {}

  /**
   * @param udpEncapsulation whether IKE uses the NAT port (RFC 7296 §2.23)
   * @param eapIdentity who the peer is by EAP; empty without EAP
   * @param window requests that the peer takes at once; 0 where it has said nothing
   */
  public record Condition(
      boolean natOwn,
      boolean natPeer,
      boolean udpEncapsulation,
      String eapIdentity,
      boolean mobike,
      boolean fragmentation,
      boolean childless,
      boolean redirect,
      boolean messageIdSync,
      boolean cloneIkeSa,
      int window) {}

  /**
   * @param type of RFC 7296 §3.5
   */
  public record Id(int type, byte[] data) {}

  /**
   * @param session its id, over rekeys and members
   * @param syncedIds the last synchronisation of message ids, should the peer ask once more
   */
  public record Phalanx(
      long session, Mobility mobility, Grants grants, Optional<SyncedIds> syncedIds) {}
}
