package io.phalanx.replication.interlink;

/**
 * What the interlink has done since its start; snapshot.
 *
 * @param notSent datagrams too large, to unknown members, or more than the socket took
 * @param strangers datagrams from addresses that are no member's
 * @param notAuthentic datagrams that no member has made for this one
 * @param stale datagrams seen before, or of a life that is over or not proven
 * @param unreadable frames of an unknown type, or cut short
 */
public record InterlinkCounters(
    long sent,
    long received,
    long notSent,
    long strangers,
    long notAuthentic,
    long stale,
    long unreadable) {}
