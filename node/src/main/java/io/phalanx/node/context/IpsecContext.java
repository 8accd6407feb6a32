package io.phalanx.node.context;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.phalanx.config.Secret;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A Child SA as any vendor could go on with it (draft-plmrs-ipsecme-ipsec-ikev2-context-definition,
 * section 5 and annex A), with the same conventions as {@link IkeContext}. "i" is inbound and "o"
 * outbound at the gateway that gives it away.
 *
 * @param initiator whether that gateway was the initiator of the IKE SA
 * @param ipsecMode {@link #TUNNEL} or {@link #TRANSPORT}
 * @param protocol IP protocol: 50, ESP
 * @param encAlgLenChild key length in bits, without a salt
 * @param intAlgChild 0 with a combined-mode cipher
 * @param dhAlgChild for its rekeys; 0 for none
 * @param encKeyI with the salt at its end, where the cipher has one
 * @param childSeqI the highest sequence number accepted
 * @param childBitI the anti-replay window; not written: everything up to {@code childSeqI} counts
 *     as received, and so it does where this is read
 * @param childSeqO the last sequence number sent
 * @param childBitO nothing: who sends has no window
 * @param seqOverflow whether numbers may begin anew: never (RFC 4303 §3.3.3)
 * @param esn 64-bit sequence numbers
 * @param windowSize of the anti-replay window, in bits
 * @param tsL what we protect
 * @param tsR what the peer protects
 * @param lifetimeAt wall clock: when to rekey; 0 for never
 * @param lifetimeBytes in one direction; 0 for no limit
 * @param lifetimePackets likewise
 * @param pathMtu octets of the largest packet to the peer
 * @param child name of its configuration
 */
public record IpsecContext(
    boolean initiator,
    IkeContext.Host myHost,
    IkeContext.Host otherHost,
    String ipsecMode,
    int protocol,
    int encrAlgChild,
    int encAlgLenChild,
    int intAlgChild,
    int dhAlgChild,
    Secret encKeyI,
    Secret intKeyI,
    Secret encKeyO,
    Secret intKeyO,
    long childSeqI,
    byte[] childBitI,
    long childSeqO,
    byte[] childBitO,
    long childSpiI,
    long childSpiO,
    boolean seqOverflow,
    boolean esn,
    int windowSize,
    List<Selector> tsL,
    List<Selector> tsR,
    long lifetimeAt,
    long lifetimeBytes,
    long lifetimePackets,
    int pathMtu,
    Optional<Ends> transport,
    Optional<Handling> handling,
    long created,
    String child) {
  public static final String TUNNEL = "tunnel";
  public static final String TRANSPORT = "transport";
  public static final int ESP = 50;

  /**
   * A traffic selector; its names follow {@code ts_l_} and {@code ts_r_} in the draft.
   *
   * @param type of RFC 7296 §3.13.1: 7 for IPv4, 8 for IPv6
   * @param proto IP protocol, 0 for any
   */
  public record Selector(
      @JsonProperty("fromport") int fromPort,
      @JsonProperty("toport") int toPort,
      int type,
      int proto,
      @JsonProperty("fromaddress") InetAddress fromAddress,
      @JsonProperty("toaddress") InetAddress toAddress) {}

  /** The two ends in transport mode, on the clear side and as the peer knows them. */
  public record Ends(
      InetAddress local, InetAddress peer, InetAddress localAtPeer, InetAddress peerAtPeer) {}

  /** How packets are fitted into what carries them; {@code outerDscp} is -1 to copy. */
  public record Handling(boolean clampMss, int outerDscp, boolean copyEcn) {}
}
