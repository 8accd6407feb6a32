package io.phalanx.node.ike;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Connections that are to be brought up, and when to try next; one entry per connection. */
final class Keeper {
  private static final long PAUSE_FIRST_MILLIS = 1_000;
  private static final long PAUSE_MAX_MILLIS = 60_000;

  private record Attempt(long atMillis, long pauseMillis) {}

  private final Map<String, Attempt> attempts = new HashMap<>();
  private final Set<String> ours = new HashSet<>();
  private final SecureRandom random;

  Keeper(SecureRandom random) {
    this.random = random;
  }

  /** Brings it up now. */
  void want(String connection, long nowMillis) {
    ours.add(connection);
    attempts.put(connection, new Attempt(nowMillis, PAUSE_FIRST_MILLIS));
  }

  /** Another member keeps it up. */
  void leave(String connection) {
    ours.remove(connection);
    attempts.remove(connection);
  }

  /** It is down: tries again, after a pause that doubles each time. */
  void failed(String connection, long nowMillis) {
    if (!ours.contains(connection)) {
      return;
    }
    Attempt last = attempts.getOrDefault(connection, new Attempt(0, PAUSE_FIRST_MILLIS));
    if (last.atMillis() > nowMillis && last.atMillis() != Agenda.NEVER) {
      return; // is to be tried anyway
    }
    long pause = last.pauseMillis();
    long jitter = random.nextLong(pause / 4);
    attempts.put(
        connection, new Attempt(nowMillis + pause + jitter, Math.min(2 * pause, PAUSE_MAX_MILLIS)));
  }

  /** It is up, or not wanted any more. */
  void forget(String connection) {
    attempts.remove(connection);
  }

  /** Takes the connections that are due; each is forgotten, or failed, next. */
  List<String> due(long nowMillis) {
    List<String> due = new ArrayList<>();
    attempts.replaceAll(
        (connection, attempt) -> {
          if (attempt.atMillis() > nowMillis) {
            return attempt;
          }
          due.add(connection);
          return new Attempt(Agenda.NEVER, attempt.pauseMillis());
        });
    return due;
  }
}
