package io.phalanx.replication;

/** An image as the store holds it, with the fence in force. */
public record Owned<I>(I image, Fence fence) {}
