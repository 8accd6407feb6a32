package io.phalanx.replication.identity;

import io.phalanx.config.Secret;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * IKE SPIs of this cluster: 44 random bits, then 20 bits of a MAC over them, so that all but one in
 * a million SPIs that are not ours are told from ours without a look-up.
 *
 * <p>Two members may draw the same 44 bits (with 100 000 IKE SAs, once in 3 500 clusters); the
 * store refuses the second when it is created.
 *
 * <p>With several secrets (rotation) the first allocates and all are recognised. Any thread may
 * call.
 */
public final class IkeSpis {
  private static final int MAC_BITS = 20;
  private static final long MAC_MASK = (1L << MAC_BITS) - 1;

  private final ThreadLocal<List<Mac>> macs;
  private final LongSupplier random;

  /** Given out by another cluster: how many SA clusters hang on each. */
  private final Map<Long, Integer> foreign = new ConcurrentHashMap<>();

  /**
   * @param secrets 32 octets each, newest first; at least one
   * @param random 64 random bits a call, from a cryptographic source
   */
  public IkeSpis(List<Secret> secrets, LongSupplier random) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("no secret");
    }
    List<SecretKeySpec> keys = secrets.stream().map(IkeSpis::key).toList();
    this.macs = ThreadLocal.withInitial(() -> keys.stream().map(IkeSpis::mac).toList());
    this.random = random;
  }

  /** Whether this cluster may have given out {@code spi}, or has it from another one. */
  public boolean plausible(long spi) {
    return ours(spi) || foreign.containsKey(spi);
  }

  private boolean ours(long spi) {
    return spi != 0 && macs.get().stream().anyMatch(mac -> marked(mac, spi >>> MAC_BITS) == spi);
  }

  /** An SA cluster hangs on it: from now on it counts as one of ours, whoever gave it out. */
  public void inUse(long spi) {
    if (!ours(spi)) {
      foreign.merge(spi, 1, Integer::sum);
    }
  }

  /** One SA cluster less hangs on it. */
  public void outOfUse(long spi) {
    foreign.computeIfPresent(spi, (_, uses) -> uses == 1 ? null : uses - 1);
  }

  /** A new SPI; never 0, which means "none" in IKE_SA_INIT (RFC 7296 §3.1). */
  public long next() {
    long spi = 0;
    while (spi == 0) {
      spi = marked(macs.get().getFirst(), random.getAsLong() >>> MAC_BITS);
    }
    return spi;
  }

  private static long marked(Mac mac, long random44) {
    byte[] input = new byte[8];
    for (int i = 0; i < 8; i++) {
      input[i] = (byte) (random44 >>> (56 - 8 * i));
    }
    byte[] sum = mac.doFinal(input);
    long mark = (sum[0] & 0xFFL) << 16 | (sum[1] & 0xFFL) << 8 | (sum[2] & 0xFFL);
    return random44 << MAC_BITS | (mark & MAC_MASK);
  }

  private static SecretKeySpec key(Secret secret) {
    byte[] octets = DerivedKey.of(secret, "ike spi");
    SecretKeySpec key = new SecretKeySpec(octets, "HmacSHA256");
    Arrays.fill(octets, (byte) 0);
    return key;
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
    }
  }
}
