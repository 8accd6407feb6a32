package io.phalanx.node.ike.crypto;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Tokens by which a peer believes that an IKE SA is lost (RFC 6290), without state: HMAC-SHA-256
 * over both SPIs, under a secret of the cluster's key (§5.1). Any member makes the token of another
 * one, also after all of them have restarted.
 *
 * <p>A token ends its IKE SA at the peer, whoever shows it. So it is only ever shown for an IKE SA
 * that the store is sure not to have.
 */
public final class CrashTokens {
  private static final PseudoRandomFunction HMAC = PseudoRandomFunction.HMAC_SHA2_256;
  private static final byte[] LABEL = "phalanx ike crash token".getBytes(StandardCharsets.US_ASCII);

  /** Least and most octets of a token of a peer that we keep; the most is a bound of ours. */
  private static final int PEER_OCTETS_MIN = 16;

  private static final int PEER_OCTETS_MAX = 256;

  private final List<Secret> secrets;

  /**
   * @param clusterKeys newest first: peers are given a token of the first, and shown one of each,
   *     since theirs may be older than the newest key (§5.3)
   */
  public CrashTokens(List<ClusterKey> clusterKeys) {
    if (clusterKeys.isEmpty()) {
      throw new IllegalArgumentException("no cluster key");
    }
    secrets = clusterKeys.stream().map(key -> Prf.of(HMAC, key.secret(), LABEL)).toList();
  }

  /** What the peer of an IKE SA is given to keep. */
  public Secret of(long initiatorSpi, long responderSpi) {
    return token(secrets.getFirst(), initiatorSpi, responderSpi);
  }

  /** What the peer of an IKE SA that nobody has any more may have been given. */
  public List<Secret> all(long initiatorSpi, long responderSpi) {
    return secrets.stream().map(each -> token(each, initiatorSpi, responderSpi)).toList();
  }

  private static Secret token(Secret secret, long initiatorSpi, long responderSpi) {
    byte[] spis =
        ByteBuffer.allocate(2 * Long.BYTES).putLong(initiatorSpi).putLong(responderSpi).array();
    return Prf.of(HMAC, secret, spis);
  }

  /** Whether what a peer gives as its token can be one. */
  public static boolean fits(byte[] token) {
    return token.length >= PEER_OCTETS_MIN && token.length <= PEER_OCTETS_MAX;
  }

  /** Whether this is the token that was given, which is empty where there was none. */
  public static boolean matches(Secret given, byte[] shown) {
    return fits(shown) && MessageDigest.isEqual(given.reveal(), shown);
  }
}
