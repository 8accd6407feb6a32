package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.SourceLimits;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps one source of IKE_SA_INIT requests from taking what all others need. A source is an IPv4
 * address or an IPv6 /64, which is what one subscriber has.
 *
 * <p>Addresses may be forged: COOKIE is what stands against that (RFC 7296 §2.6). This is against
 * peers that are there, and too many or gone wild.
 */
final class SourceLimiter {
  private static final int SOURCES_MAX = 65_536;
  private static final int IPV6_PREFIX_OCTETS = 8;
  private static final double MILLIS_PER_SECOND = 1000;

  private static final class Source {
    private double tokens;
    private long atMillis;
    private int halfOpen;
  }

  private final SourceLimits limits;
  private final Map<String, Source> sources;

  SourceLimiter(SourceLimits limits) {
    this.limits = limits;
    this.sources =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Source> eldest) {
            return size() > SOURCES_MAX;
          }
        };
  }

  /** Whether a request of this source may be looked at; counts it. */
  boolean admit(InetAddress address, long nowMillis) {
    int rate = limits.requestsPerSecond();
    if (rate == 0 && limits.halfOpenMax() == 0) {
      return true;
    }
    Source source = source(address);
    if (limits.halfOpenMax() > 0 && source.halfOpen >= limits.halfOpenMax()) {
      return false;
    }
    if (rate == 0) {
      return true;
    }
    double earned = Math.max(0, nowMillis - source.atMillis) / MILLIS_PER_SECOND * rate;
    source.tokens = Math.min(rate, source.tokens + earned);
    source.atMillis = nowMillis;
    if (source.tokens < 1) {
      return false;
    }
    source.tokens--;
    return true;
  }

  void opened(InetAddress address) {
    if (limits.halfOpenMax() > 0) {
      source(address).halfOpen++;
    }
  }

  void ended(InetAddress address) {
    Source source = sources.get(key(address));
    if (source != null && source.halfOpen > 0) {
      source.halfOpen--;
    }
  }

  private Source source(InetAddress address) {
    return sources.computeIfAbsent(
        key(address),
        _ -> {
          Source made = new Source();
          made.tokens = limits.requestsPerSecond();
          return made;
        });
  }

  private static String key(InetAddress address) {
    byte[] octets = address.getAddress();
    return HexFormat.of()
        .formatHex(Arrays.copyOf(octets, Math.min(octets.length, IPV6_PREFIX_OCTETS)));
  }
}
