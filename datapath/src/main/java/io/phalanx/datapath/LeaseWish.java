package io.phalanx.datapath;

/**
 * How far an SA cluster has come, told when it wants more numbers.
 *
 * @param saId the SA cluster
 * @param nextOutbound the next number to be sent
 * @param outWaiting clear packets that wait for numbers
 * @param outLease the lease in force
 * @param inTop the highest inbound number accepted
 * @param inWaitingTop the highest authenticated number that waits for the limit; at most inTop if
 *     none waits
 * @param inLimit the limit in force
 */
public record LeaseWish(
    int saId,
    long nextOutbound,
    int outWaiting,
    long outLease,
    long inTop,
    long inWaitingTop,
    long inLimit) {}
