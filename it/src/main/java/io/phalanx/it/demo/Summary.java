package io.phalanx.it.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a demo has measured. Both directions together, times in milliseconds.
 *
 * @param lost packets sent and never delivered
 * @param duplicated deliveries of a packet that had been delivered
 * @param longestGapMs longest silence at either receiver
 * @param takeoverMs longest time from a kill until both directions were carried by survivors
 * @param spisChanged whether any IKE or ESP SPI is another one than before
 * @param ikeExchangesAfterKill IKE requests after the first kill, of both sides, without
 *     retransmissions
 * @param sequenceNumbersReused ESP packets whose (SPI, sequence number) was on the wire before
 * @param noncesReused ESP packets whose (SPI, IV) was on the wire before
 * @param numbersSkipped sequence numbers that the gateway never used: ends of lost leases
 * @param replaysSent captured datagrams sent to the gateway once more
 * @param replaysAccepted packets that a replay delivered a second time
 * @param tunnelWorks whether fresh packets went through both ways after all of it
 * @param exchanges which exchanges those were, for a person
 * @param replaysEsp those of the replays that were ESP, not IKE
 * @param replaysRefused packets that the members counted as replayed or not authentic meanwhile
 * @param deliveredLate lost packets that the replay delivered for the first time
 * @param reuseExamples for a person, if there are any
 */
@JsonPropertyOrder({
  "members",
  "killed",
  "sent",
  "lost",
  "duplicated",
  "longestGapMs",
  "takeoverMs",
  "spisChanged",
  "ikeExchangesAfterKill",
  "sequenceNumbersReused",
  "noncesReused",
  "numbersSkipped",
  "replaysSent",
  "replaysAccepted"
})
record Summary(
    int members,
    int killed,
    long sent,
    long lost,
    long duplicated,
    double longestGapMs,
    double takeoverMs,
    boolean spisChanged,
    int ikeExchangesAfterKill,
    long sequenceNumbersReused,
    long noncesReused,
    long numbersSkipped,
    long replaysSent,
    long replaysAccepted,
    @JsonIgnore boolean tunnelWorks,
    @JsonIgnore String exchanges,
    @JsonIgnore long replaysEsp,
    @JsonIgnore long replaysRefused,
    @JsonIgnore long deliveredLate,
    @JsonIgnore List<String> reuseExamples) {

  /** The guarantees that did not hold; empty if all did. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    add(broken, duplicated > 0, "packets were delivered twice");
    add(broken, sequenceNumbersReused > 0, "sequence numbers were used twice");
    add(broken, noncesReused > 0, "nonces were used twice");
    add(broken, replaysAccepted > 0, "replayed packets were accepted");
    add(broken, spisChanged, "SPIs have changed");
    add(broken, !tunnelWorks, "the tunnel does not carry packets any more");
    return broken;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("members %d, killed %d".formatted(members, killed));
    lines.add(
        "packets: %d sent, %d lost (%.2f %%), %d duplicated"
            .formatted(sent, lost, sent == 0 ? 0 : 100.0 * lost / sent, duplicated));
    lines.add("longest gap %.0f ms, take-over %.0f ms".formatted(longestGapMs, takeoverMs));
    lines.add("SPIs changed: %s".formatted(spisChanged ? "yes" : "no"));
    lines.add("IKE exchanges after the kill: %d (%s)".formatted(ikeExchangesAfterKill, exchanges));
    lines.add(
        "used twice: %d sequence numbers, %d nonces; skipped by leases: %d numbers"
            .formatted(sequenceNumbersReused, noncesReused, numbersSkipped));
    lines.add(
        "replays: %d sent, %d accepted (of %d ESP packets the members counted %d as refused)"
            .formatted(replaysSent, replaysAccepted, replaysEsp, replaysRefused));
    if (deliveredLate > 0) {
      lines.add(
          "of the lost packets the replay delivered %d, for the first time"
              .formatted(deliveredLate));
    }
    lines.add("tunnel afterwards: %s".formatted(tunnelWorks ? "works" : "BROKEN"));
    reuseExamples.forEach(example -> lines.add("  " + example));
    return lines;
  }

  private static void add(List<String> broken, boolean holds, String what) {
    if (holds) {
      broken.add(what);
    }
  }
}
