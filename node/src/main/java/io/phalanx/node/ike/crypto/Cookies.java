package io.phalanx.node.ike.crypto;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Cookies against floods of IKE_SA_INIT from forged addresses (RFC 7296 §2.6), without state: any
 * member knows a cookie that another one gave.
 *
 * <pre>
 * +---------------+---------------+---------------+---------------+
 * |  cluster key  |            epoch, its low 24 bits             |
 * +---------------+-----------------------------------------------+
 * |  HMAC-SHA-256(secret of the key, epoch | Ni | IPi | SPIi),    |
 * |  its first 16 octets                                          |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * <p>An epoch is a span of time, some tens of seconds long, that the caller counts by the wall
 * clock; cookies of the current epoch and its two neighbours are good, so clocks of members may
 * differ by one.
 */
public final class Cookies {
  private static final PseudoRandomFunction HMAC = PseudoRandomFunction.HMAC_SHA2_256;
  private static final byte[] LABEL = "phalanx ike cookie".getBytes(StandardCharsets.US_ASCII);
  private static final int EPOCH_MASK = 0xff_ffff;
  private static final int MAC_OCTETS = 16;
  private static final int COOKIE_OCTETS = Integer.BYTES + MAC_OCTETS;

  private final List<Key> keys;

  private record Key(int id, Secret secret) {}

  /**
   * @param clusterKeys newest first: the first makes cookies, all know theirs
   */
  public Cookies(List<ClusterKey> clusterKeys) {
    if (clusterKeys.isEmpty()) {
      throw new IllegalArgumentException("no cluster key");
    }
    this.keys =
        clusterKeys.stream()
            .map(key -> new Key(key.id(), Prf.of(HMAC, key.secret(), LABEL)))
            .toList();
  }

  /** The cookie for a request with this nonce and SPI from this address. */
  public byte[] issue(long epoch, byte[] initiatorNonce, InetAddress initiator, long spi) {
    return cookie(keys.getFirst(), epoch, initiatorNonce, initiator, spi);
  }

  /** Whether we, or another member, gave this cookie to the same request not long ago. */
  public boolean verify(
      byte[] cookie, long epoch, byte[] initiatorNonce, InetAddress initiator, long spi) {
    if (cookie.length != COOKIE_OCTETS) {
      return false;
    }
    int head = ByteBuffer.wrap(cookie).getInt();
    for (Key key : keys) {
      for (long given = epoch - 1; given <= epoch + 1; given++) {
        if (head == head(key, given)
            && MessageDigest.isEqual(cookie(key, given, initiatorNonce, initiator, spi), cookie)) {
          return true;
        }
      }
    }
    return false;
  }

  private static byte[] cookie(Key key, long epoch, byte[] nonce, InetAddress address, long spi) {
    byte[] epochOctets = ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    byte[] spiOctets = ByteBuffer.allocate(Long.BYTES).putLong(spi).array();
    // Lengths are told apart: a nonce has no fixed one, an address has 4 or 16 octets.
    byte[] lengths = {(byte) (nonce.length >>> 8), (byte) nonce.length};
    Secret mac =
        Prf.of(HMAC, key.secret(), epochOctets, lengths, nonce, address.getAddress(), spiOctets);
    return ByteBuffer.allocate(COOKIE_OCTETS)
        .putInt(head(key, epoch))
        .put(Arrays.copyOf(mac.reveal(), MAC_OCTETS))
        .array();
  }

  private static int head(Key key, long epoch) {
    return (key.id() << 24) | ((int) epoch & EPOCH_MASK);
  }
}
