package io.phalanx.it.loadgen;

import java.util.List;

/**
 * What a run has come to.
 *
 * @param setUpSeconds until all peers had a tunnel
 * @param sent packets, each of which is echoed once
 * @param lost packets of which no echo came
 * @param duplicated echoes of a packet beyond the first
 * @param roundTripMillis from a packet to its echo
 * @param longestGapMillis for each peer: the longest silence between two echoes
 * @param reconnects IKE SAs made beyond the first of each peer, re-authentications not counted
 * @param repeatedNumbers ESP packets of the gateway whose number or IV was there before
 * @param skippedNumbers numbers of the gateway that did not arrive: not used, or lost on the way
 * @param replaysSent packets sent once more at the end
 * @param replaysAccepted those of them that were echoed a second time
 * @param lateAccepted those of them that were echoed for the first time: they had been lost
 * @param oddities the first few lines that a quiet run does not have
 */
public record LoadReport(
    int peers,
    double setUpSeconds,
    int sent,
    long lost,
    long duplicated,
    Spread roundTripMillis,
    Spread longestGapMillis,
    long childRekeys,
    long ikeRekeys,
    long reauthentications,
    long reconnects,
    long repeatedNumbers,
    long skippedNumbers,
    long notAuthentic,
    long replaysSent,
    long replaysAccepted,
    long lateAccepted,
    List<String> oddities) {

  /** Whether nothing was sent or accepted twice. Loss is not asked for here. */
  public boolean clean() {
    return duplicated == 0 && repeatedNumbers == 0 && replaysAccepted == 0;
  }
}
