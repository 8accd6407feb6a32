package io.phalanx.it.faults;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What is done to a cluster. */
enum Fault {
  NONE("none", "nothing happens"),
  KILL("kill", "kill -9; started again 3 s later"),
  FREEZE("freeze", "SIGSTOP, and SIGCONT 3 s later"),
  CABLE("cable", "its cables pulled, and plugged in 5 s later"),
  ONE_WAY("one-way", "hears no other member for 5 s, while they hear it"),
  PARTITION("partition", "apart from the other members for 5 s; peers reach all"),
  ROLLING("rolling", "all members drained, ended and started again, one after the other"),
  STORM("storm", "comes and goes three times without a pause, killed and asked by turns"),
  STORE_PAUSE("store-pause", "no member's store reaches another's for 3 s; heartbeats do");

  private final String word;
  private final String text;

  Fault(String word, String text) {
    this.word = word;
    this.text = text;
  }

  /** As it is called on the command line. */
  String word() {
    return word;
  }

  /** What happens, and when it ends. */
  String text() {
    return text;
  }

  /**
   * @throws IllegalArgumentException naming those that there are
   */
  static Fault of(String word) {
    return Arrays.stream(values())
        .filter(each -> each.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no fault '" + word + "': " + words()));
  }

  private static String words() {
    return Arrays.stream(values()).map(Fault::word).collect(Collectors.joining(" "));
  }
}
