package io.phalanx.replication;

/**
 * Who owns an image, and in which epoch. A change under an older fence is refused.
 *
 * @param epoch counts the owners of the image, from 1
 */
public record Fence(Owner owner, long epoch) {}
