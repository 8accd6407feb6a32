package io.phalanx.datapath;

/**
 * What the packet path has done since its start; snapshot.
 *
 * @param replayed inbound packets refused by the anti-replay window
 * @param notAuthentic inbound packets whose ICV did not verify
 * @param malformed packets too short, of a wrong length, or with a wrong inner packet
 * @param spiForged inbound packets whose SPI fails the keyed check
 * @param selectorMismatch inner packets outside the traffic selectors
 * @param noSa clear packets that nothing covers
 * @param queueFull packets dropped because a bounded queue was full
 * @param forwarded packets handed to another member
 * @param fragmentMismatch inbound later fragments that the traffic selectors do not cover and whose
 *     first fragment was not let through
 * @param congestion inbound packets marked by the network whose transport would not understand it
 *     (RFC 6040 §4.2)
 * @param dummies inbound packets that hide when there is traffic (RFC 4303 §2.6)
 * @param tooBig clear packets that do not fit the path and may not be cut
 * @param fragmented clear packets that were cut to fit the path
 * @param untransportable packets that transport mode cannot carry
 */
public record DatapathCounters(
    long inPackets,
    long inBytes,
    long outPackets,
    long outBytes,
    long replayed,
    long notAuthentic,
    long malformed,
    long spiForged,
    long selectorMismatch,
    long noSa,
    long queueFull,
    long forwarded,
    long fragmentMismatch,
    long congestion,
    long dummies,
    long tooBig,
    long fragmented,
    long untransportable) {}
