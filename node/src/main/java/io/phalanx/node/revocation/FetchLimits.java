package io.phalanx.node.revocation;

import java.time.Duration;

/**
 * What finding out about certificates may cost.
 *
 * @param timeout of one fetch; a check as a whole has twice as long
 * @param octetsMax of one answer
 * @param fetchesMax at once
 * @param checksMax peers that wait at once; more are told that it is not known
 * @param cachedMax CRLs and OCSP answers that are kept
 */
public record FetchLimits(
    Duration timeout, int octetsMax, int fetchesMax, int checksMax, int cachedMax) {
  public static final FetchLimits DEFAULT =
      new FetchLimits(Duration.ofSeconds(4), 8 << 20, 16, 512, 1024);
}
