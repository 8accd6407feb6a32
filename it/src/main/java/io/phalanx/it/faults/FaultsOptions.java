package io.phalanx.it.faults;

import io.phalanx.it.loadgen.LoadPlan;
import java.util.List;

/**
 * What to run.
 *
 * @param sessions of all members together
 * @param packetsPerSecond of all sessions together, under load and after a fault
 * @param idle for each pass over a fault, whether the peers are idle while it is there
 * @param leadSeconds of traffic before the fault strikes
 * @param memberHeapMegabytes of each member's JVM
 */
record FaultsOptions(
    int members,
    int sessions,
    int packetsPerSecond,
    List<Fault> faults,
    List<Boolean> idle,
    int leadSeconds,
    int memberHeapMegabytes) {
  FaultsOptions {
    require(members >= 2 && members <= 7, "members: 2 to 7");
    require(sessions >= 1 && sessions <= Ground.PEERS_MAX, "sessions: 1 to " + Ground.PEERS_MAX);
    require(
        packetsPerSecond >= 1 && packetsPerSecond <= LoadPlan.CHECKED_PACKETS_MAX / 240,
        "packets a second: 1 to " + LoadPlan.CHECKED_PACKETS_MAX / 240);
    require(leadSeconds >= 1 && leadSeconds <= 60, "lead: 1 to 60 seconds");
    require(memberHeapMegabytes >= 64, "a member needs 64 MB");
    faults = List.copyOf(faults);
    idle = List.copyOf(idle);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  List<String> memberJvm() {
    // Several share one machine: as little compiling and collecting in parallel as can be.
    return List.of(
        "-Xmx" + memberHeapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }
}
