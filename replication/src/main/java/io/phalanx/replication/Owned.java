package io.phalanx.replication;

/**
 * An image as the store holds it, with the fence in force.
 *
 * @param forked whether numbers of an SA cluster may have been used on both sides of a cut through
 *     the cluster: its keys are to be replaced
 */
public record Owned<I>(I image, Fence fence, boolean forked) {
  public Owned(I image, Fence fence) {
    this(image, fence, false);
  }
}
