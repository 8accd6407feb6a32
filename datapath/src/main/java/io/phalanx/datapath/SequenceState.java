package io.phalanx.datapath;

/**
 * Where an owner starts, and how far it may go before the store grants more.
 *
 * @param nextOutbound the first number to send; at least 1
 * @param outLease only numbers below this one may be sent
 * @param inSeen all inbound numbers up to this one count as received
 * @param inLimit only inbound numbers up to this one may be accepted
 */
public record SequenceState(long nextOutbound, long outLease, long inSeen, long inLimit) {
  public SequenceState {
    if (nextOutbound < 1 || outLease < nextOutbound || inSeen < 0 || inLimit < inSeen) {
      throw new IllegalArgumentException("limits behind the counters");
    }
  }
}
