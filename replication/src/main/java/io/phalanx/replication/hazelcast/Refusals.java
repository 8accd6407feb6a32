package io.phalanx.replication.hazelcast;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator of connections that were refused: once a minute for each address. */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int ADDRESSES_MAX = 64;
  private static final int REASON_LENGTH_MAX = 200;

  private final LongSupplier nanos;
  private final Map<String, Long> told = new HashMap<>();

  Refusals(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void tell(String what, SocketAddress address, IOException why) {
    if (due(host(address))) {
      log.warn("store: {} {} was refused: {}", what, address, reason(why));
    } else {
      log.debug("store: {} {} was refused: {}", what, address, reason(why));
    }
  }

  /** With more addresses than are remembered, the rest is told of when the minute is over. */
  synchronized boolean due(String host) {
    long now = nanos.getAsLong();
    told.values().removeIf(last -> now - last >= AGAIN_NANOS);
    return told.size() < ADDRESSES_MAX && told.putIfAbsent(host, now) == null;
  }

  private static String host(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet.getHostString() : "" + address;
  }

  /** The innermost text says it best; the other end may have written a part of it. */
  private static String reason(Throwable why) {
    Throwable root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text =
        Optional.ofNullable(root.getMessage())
            .orElse(root.getClass().getSimpleName())
            .replaceAll("\\p{Cntrl}", "?");
    return text.substring(0, Math.min(text.length(), REASON_LENGTH_MAX));
  }
}
