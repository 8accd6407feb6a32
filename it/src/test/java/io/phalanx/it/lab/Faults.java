package io.phalanx.it.lab;

import java.util.regex.Pattern;

/** Tells the lines of a member's log that speak of a fault of the member's own. */
public final class Faults {
  // Members come and go in these tests, and the library of the store warns of each of its calls
  // that it has to repeat, or that had two outcomes; whoever made the call hears of it, or not, by
  // its answer. What our own part of the store logs, or has thrown, is not meant.
  private static final Pattern LIBRARY_OF_THE_STORE_WARNS =
      Pattern.compile(
          " WARN +(?!HazelcastCluster |HazelcastTable |TableWatch |Turns |Bodies )\\w+"
              + " (?!.*io\\.phalanx\\.).*com\\.hazelcast\\.");

  // It was about to tell a member who has which partition, and the test has killed that member.
  private static final Pattern STORE_MISSES_A_LOST_MEMBER =
      Pattern.compile(
          " ERROR InternalPartitionService Member .* has left cluster! "
              + "com\\.hazelcast\\.core\\.MemberLeftException");

  private Faults() {}

  /** Whether {@code line} is an error, or carries an exception that somebody threw. */
  public static boolean in(String line) {
    if (STORE_MISSES_A_LOST_MEMBER.matcher(line).find()) {
      return false;
    }
    return line.contains(" ERROR ")
        || (line.contains("Exception") && !LIBRARY_OF_THE_STORE_WARNS.matcher(line).find());
  }
}
