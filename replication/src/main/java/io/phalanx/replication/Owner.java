package io.phalanx.replication;

/**
 * One life of one member.
 *
 * @param member member-id, 1..4095
 * @param incarnation 0..65535, fresh at each start
 */
public record Owner(int member, int incarnation) {}
