package io.phalanx.config.text;

import static io.phalanx.config.text.Words.quote;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and what has a unit. */
public final class Quantities {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6})?");
  private static final Pattern WITH_UNIT = Pattern.compile("([0-9]{1,18}) ?([A-Za-z]*)");
  private static final long DAYS_MAX = 36_500;

  private static final Map<String, Duration> TIMES =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final Map<String, Long> SIZES =
      Map.of(
          "", 1L,
          "B", 1L,
          "kB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "TB", 1_000_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30,
          "TiB", 1L << 40);

  private Quantities() {}

  public static Parsed<Long> integer(String text) {
    return INTEGER.matcher(text).matches()
        ? Parsed.value(Long.parseLong(text))
        : Parsed.fault("a whole number is expected, not " + quote(text), "write digits only");
  }

  public static Parsed<Double> decimal(String text) {
    return DECIMAL.matcher(text).matches()
        ? Parsed.value(Double.parseDouble(text))
        : Parsed.fault("a number is expected, not " + quote(text), "write for example 1.8");
  }

  /** A number and one of ms, s, m, h, d; {@code 0} and {@code never} for zero. */
  public static Parsed<Duration> duration(String text) {
    if (text.equals("never") || text.equals("0")) {
      return Parsed.value(Duration.ZERO);
    }
    Matcher parts = WITH_UNIT.matcher(text);
    String example = "write a number and a unit (ms, s, m, h, d), for example 50ms, 30s or 4h";
    if (!parts.matches()) {
      return Parsed.fault("a duration is expected, not " + quote(text), example);
    }
    Duration unit = TIMES.get(parts.group(2));
    if (unit == null) {
      return Parsed.fault("the duration " + quote(text) + " has no known unit", example);
    }
    BigInteger millis =
        new BigInteger(parts.group(1)).multiply(BigInteger.valueOf(unit.toMillis()));
    return millis.compareTo(BigInteger.valueOf(Duration.ofDays(DAYS_MAX).toMillis())) <= 0
        ? Parsed.value(Duration.ofMillis(millis.longValueExact()))
        : Parsed.fault("the duration " + quote(text) + " is too long", "write 0 for never");
  }

  /** The shortest way to write a duration that {@link #duration} reads, in whole milliseconds. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      long unitMillis = TIMES.getOrDefault(unit, Duration.ZERO).toMillis();
      if (millis > 0 && millis % unitMillis == 0) {
        return millis / unitMillis + unit;
      }
    }
    return millis + "ms";
  }

  /** A number of octets, with a unit (kB, MiB and so on) or without; below 2^62. */
  public static Parsed<Long> octets(String text) {
    Matcher parts = WITH_UNIT.matcher(text);
    String example = "write a number of octets, with or without a unit, for example 500MB or 4GiB";
    Long unit = parts.matches() ? SIZES.get(parts.group(2)) : null;
    if (unit == null) {
      return Parsed.fault("a size is expected, not " + quote(text), example);
    }
    BigInteger octets = new BigInteger(parts.group(1)).multiply(BigInteger.valueOf(unit));
    return octets.bitLength() <= 62
        ? Parsed.value(octets.longValueExact())
        : Parsed.fault("the size " + quote(text) + " is too large", "write 0 for no limit");
  }
}
