package io.phalanx.config;

import io.phalanx.config.GatewayConfig.Ike;
import io.phalanx.config.GatewayConfig.SourceLimits;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code ike:}. */
final class IkeReader {
  private static final int HALF_OPEN_MAX = 1_000_000;
  private static final int RATE_MAX = 1_000_000;

  /** What every IPv4 link carries in one piece (RFC 791); none of our fragments gets smaller. */
  private static final int FRAGMENT_OCTETS_MIN = 576;

  private static final int FRAGMENT_OCTETS_MAX = 65_535;
  private static final int WINDOW_MAX = 32;

  /** Notifications of status for private use (RFC 7296 §3.10.1). */
  private static final int PRIVATE_STATUS_MIN = 40_960;

  private static final int PRIVATE_STATUS_MAX = 65_535;

  private final Report report;

  IkeReader(Report report) {
    this.report = report;
  }

  Ike read(Item item) {
    Section section =
        item.section(
            "retransmit-first",
            "retransmit-base",
            "retransmit-tries",
            "half-open-max",
            "cookie-threshold",
            "half-open-timeout",
            "half-open-per-source",
            "requests-per-source",
            "fragment-size",
            "window",
            "childless",
            "nat-keepalive",
            "follow-redirects",
            "redirect-to",
            "keep-old-ike-sa");
    int halfOpenMax = count(section, "half-open-max", 1, HALF_OPEN_MAX, 1000);
    return new Ike(
        section
            .optional("retransmit-first")
            .map(wait -> wait.duration(Duration.ofMillis(50), Duration.ofSeconds(30)))
            .orElse(Duration.ofMillis(500)),
        section.optional("retransmit-base").map(base -> base.decimal(1, 10)).orElse(1.8),
        count(section, "retransmit-tries", 1, 30, 7),
        halfOpenMax,
        cookieThreshold(section, halfOpenMax),
        section
            .optional("half-open-timeout")
            .map(wait -> wait.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)))
            .orElse(Duration.ofSeconds(30)),
        new SourceLimits(
            count(section, "half-open-per-source", 0, HALF_OPEN_MAX, 100),
            count(section, "requests-per-source", 0, RATE_MAX, 100)),
        fragmentSize(section),
        count(section, "window", 1, WINDOW_MAX, 1),
        section.optional("childless").map(Item::flag).orElse(true),
        section
            .optional("nat-keepalive")
            .map(wait -> wait.durationOrNever(Duration.ofSeconds(1), Duration.ofHours(1)))
            .orElse(Duration.ofSeconds(20)),
        section.optional("follow-redirects").map(Item::flag).orElse(true),
        Gateways.read(section),
        section
            .optional("keep-old-ike-sa")
            .map(type -> type.integer(PRIVATE_STATUS_MIN, PRIVATE_STATUS_MAX))
            .orElse(0));
  }

  private int cookieThreshold(Section section, int halfOpenMax) {
    Optional<Item> cookie = section.optional("cookie-threshold");
    int threshold =
        cookie.map(each -> each.integer(0, HALF_OPEN_MAX)).orElse(Math.min(100, halfOpenMax));
    if (report.clean("ike.half-open-max", "ike.cookie-threshold") && threshold > halfOpenMax) {
      cookie.ifPresent(each -> each.error("above half-open-max", "use at most " + halfOpenMax));
    }
    return threshold;
  }

  private static int fragmentSize(Section section) {
    Optional<Item> size = section.optional("fragment-size");
    int octets = size.map(each -> each.integer(0, FRAGMENT_OCTETS_MAX)).orElse(1280);
    if (octets > 0 && octets < FRAGMENT_OCTETS_MIN) {
      size.ifPresent(
          each ->
              each.error(
                  octets + " octets are fewer than every link carries",
                  "use 576 or more, or 0 for no fragmentation"));
    }
    return octets;
  }

  private static int count(Section section, String name, int min, int max, int otherwise) {
    return section.optional(name).map(each -> each.integer(min, max)).orElse(otherwise);
  }
}
