package io.phalanx.replication;

/** All that every store promises, seen from three members. */
public abstract class StoreContract extends LeakContract {}
