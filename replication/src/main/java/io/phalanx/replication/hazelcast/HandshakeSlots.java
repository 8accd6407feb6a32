package io.phalanx.replication.hazelcast;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Bounds the handshakes of connections that have come in. Hazelcast has 16 threads for them: what
 * strangers may keep busy is far fewer, and does not count against the addresses of members.
 */
final class HandshakeSlots {
  static final int STRANGERS_MAX = 4;
  static final int MEMBERS_MAX = 8;

  private final Set<InetAddress> members;
  private final Semaphore ofStrangers = new Semaphore(STRANGERS_MAX);
  private final Semaphore ofMembers = new Semaphore(MEMBERS_MAX);

  /** Ends what was begun. */
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }

  HandshakeSlots(Set<InetAddress> members) {
    this.members = Set.copyOf(members);
  }

  /**
   * @throws IOException if too many are going on already
   */
  Slot take(InetAddress from) throws IOException {
    Semaphore slots = members.contains(from) ? ofMembers : ofStrangers;
    if (!slots.tryAcquire()) {
      throw new IOException("too many connections are being made at once");
    }
    return slots::release;
  }
}
