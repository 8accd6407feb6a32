package io.phalanx.it.faults;

import io.phalanx.it.loadgen.LoadReport;
import io.phalanx.it.loadgen.PacketBook;
import io.phalanx.it.loadgen.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What came of one fault.
 *
 * @param packetsPerSecond while it was there; 0: the peers were idle
 * @param affected sessions whose packets went to the member that was struck
 * @param takeOverMillis of those: from the fault to the first echo of a packet sent after it
 * @param silent sessions that heard nothing after the fault was over
 * @param replaysRefused how many more packets the members have counted as replayed or not authentic
 *     while everything was sent once more
 */
record TrialResult(
    String fault,
    int packetsPerSecond,
    int affected,
    Spread takeOverMillis,
    long silent,
    long replaysRefused,
    LoadReport load) {

  /** Takes the times out of the book. */
  static Spread takeOver(PacketBook book, long struckNanos, boolean[] affected) {
    long[] first = book.firstEchoes(struckNanos);
    return Spread.of(
        IntStream.range(0, first.length)
            .filter(peer -> affected[peer] && first[peer] != PacketBook.NEVER)
            .mapToLong(peer -> first[peer])
            .toArray());
  }

  /** What should not have been; loss has no bound here. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    note(broken, load.repeatedNumbers(), "numbers or IVs used twice");
    note(broken, load.duplicated(), "packets delivered twice");
    note(broken, load.replaysAccepted(), "replays accepted");
    note(broken, load.childRekeys() + load.ikeRekeys(), "rekeys");
    note(broken, load.reauthentications() + load.reconnects(), "sessions authenticated anew");
    note(broken, load.notAuthentic(), "packets of the gateway that were not authentic");
    note(broken, silent, "sessions that nothing gets through any more");
    return broken;
  }

  private static void note(List<String> broken, long count, String what) {
    if (count != 0) {
      broken.add(count + " " + what);
    }
  }

  static String heading() {
    return "%-12s %6s %8s | %9s %9s | %8s %8s %6s %5s %8s | %6s %6s %6s | %8s %8s %4s"
        .formatted(
            "fault",
            "pps",
            "sessions",
            "first ms",
            "last ms",
            "gap ms",
            "sent",
            "lost",
            "dup",
            "skipped",
            "reused",
            "rekeys",
            "silent",
            "replayed",
            "refused",
            "acc");
  }

  String line() {
    return "%-12s %6d %8d | %9.1f %9.1f | %8.1f %8d %6d %5d %8d | %6d %6d %6d | %8d %8d %4d"
        .formatted(
            fault,
            packetsPerSecond,
            load.peers(),
            takeOverMillis.least(),
            takeOverMillis.most(),
            load.longestGapMillis().most(),
            load.sent(),
            load.lost(),
            load.duplicated(),
            load.skippedNumbers(),
            load.repeatedNumbers(),
            load.childRekeys() + load.ikeRekeys() + load.reauthentications() + load.reconnects(),
            silent,
            load.replaysSent(),
            replaysRefused,
            load.replaysAccepted());
  }
}
