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

  // A call whose last backup answers while the store gives it up has two outcomes: the first one
  // holds, and the store warns of the second, with a trace.
  private static final Pattern STORE_HAS_TWO_OUTCOMES =
      Pattern.compile(" WARN +Invocation Future\\.complete\\(Object\\) on completed future\\. ");

  private Faults() {}

  /** Whether {@code line} is an error, or carries an exception that somebody threw. */
  public static boolean in(String line) {
    return line.contains(" ERROR ")
        || (line.contains("Exception")
            && !STORE_SAYS_TRY_AGAIN.matcher(line).find()
            && !STORE_HAS_TWO_OUTCOMES.matcher(line).find());
  }
}
