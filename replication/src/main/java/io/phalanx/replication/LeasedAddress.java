package io.phalanx.replication;

import java.net.InetAddress;

/** An address, and the session that has it. */
public record LeasedAddress(InetAddress address, long sessionId) {}
