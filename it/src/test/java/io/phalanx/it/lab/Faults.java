package io.phalanx.it.lab;

import java.util.regex.Pattern;

/** Tells the lines of a member's log that speak of a fault of the member's own. */
public final class Faults {
  // The store tells members that come and go to try again; a call without an answer says so in its
  // log, by the name of what it would have answered. The caller repeats it.
  private static final Pattern STORE_SAYS_TRY_AGAIN =
      Pattern.compile(
          " WARN +\\w+Operation com\\.hazelcast\\.spi\\.exception\\."
              + "(CallerNotMember|TargetNotMember|WrongTarget|PartitionMigrating|RetryableHazelcast)Exception:"
              + " (?!.* \\| at )");

  private Faults() {}

  /** Whether {@code line} is an error, or carries an exception that somebody threw. */
  public static boolean in(String line) {
    return line.contains(" ERROR ")
        || (line.contains("Exception") && !STORE_SAYS_TRY_AGAIN.matcher(line).find());
  }
}
