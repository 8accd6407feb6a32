package io.phalanx.it.balancer;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The upstream sockets of the clients, idlest first; bounded. One thread. */
final class ClientTable {
  /** One endpoint of a client at one of our ports. */
  record Key(InetSocketAddress client, Port port) {}

  private record Entry(Channel upstream, long usedNanos) {}

  private final int max;
  private final long idleNanos;
  private final Map<Key, Entry> entries = LinkedHashMap.newLinkedHashMap(64);

  ClientTable(int max, long idleNanos) {
    this.max = max;
    this.idleNanos = idleNanos;
  }

  Optional<Channel> get(Key key, long nowNanos) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return Optional.empty();
    }
    entries.put(key, new Entry(entry.upstream(), nowNanos));
    return Optional.of(entry.upstream());
  }

  void touch(Key key, long nowNanos) {
    get(key, nowNanos);
  }

  /**
   * @return the channel that had to go to make room, or that of the same client that it replaces
   */
  Optional<Channel> put(Key key, Channel upstream, long nowNanos) {
    Optional<Channel> gone = Optional.ofNullable(entries.remove(key)).map(Entry::upstream);
    if (gone.isEmpty() && entries.size() >= max) {
      Iterator<Entry> idlest = entries.values().iterator();
      gone = Optional.of(idlest.next().upstream());
      idlest.remove();
    }
    entries.put(key, new Entry(upstream, nowNanos));
    return gone;
  }

  /** Forgets clients that have been idle for too long. */
  List<Channel> expire(long nowNanos) {
    List<Channel> gone = new ArrayList<>();
    Iterator<Entry> each = entries.values().iterator();
    while (each.hasNext()) {
      Entry entry = each.next();
      if (nowNanos - entry.usedNanos() < idleNanos) {
        break;
      }
      gone.add(entry.upstream());
      each.remove();
    }
    return gone;
  }

  int size() {
    return entries.size();
  }
}
