package io.phalanx.node.runtime;

import io.phalanx.node.ike.FirstContact;
import io.phalanx.node.radius.SessionQuery;
import io.phalanx.replication.Interlink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Ends sessions that a RADIUS server names, or that a peer has left behind, wherever they are: a
 * member that does not have them asks all others. Whoever has one ends it and says so; silence
 * means that nobody has.
 *
 * <p>All but {@link #disconnect} runs on the control loop.
 */
final class Disconnects {
  private static final int PENDING_MAX = 256;
  private static final long REPEAT_MILLIS = 150;
  private static final long PATIENCE_MILLIS = 600;

  /** How this class waits. */
  interface Later {
    void after(long millis, Runnable what);
  }

  private final Later later;
  private final Interlink interlink;
  private final List<Integer> others;
  private final Predicate<SessionQuery> here;
  private final Consumer<FirstContact> beganAnew;
  private final Map<Long, CompletableFuture<Boolean>> pending = new HashMap<>();
  private long nextId;

  /**
   * @param others the other members
   * @param here ends the sessions of this member that fit, and says whether there was one
   * @param beganAnew ends what this member has of a peer that has begun anew elsewhere
   * @param firstId any number
   */
  Disconnects(
      Later later,
      Interlink interlink,
      List<Integer> others,
      Predicate<SessionQuery> here,
      Consumer<FirstContact> beganAnew,
      long firstId) {
    this.later = later;
    this.interlink = interlink;
    this.others = others;
    this.here = here;
    this.beganAnew = beganAnew;
    this.nextId = firstId;
  }

  /** Ends the sessions that fit; completes with whether there was one. */
  CompletionStage<Boolean> disconnect(SessionQuery query) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    later.after(0, () -> begin(query, done));
    return done;
  }

  private void begin(SessionQuery query, CompletableFuture<Boolean> done) {
    boolean found = here.test(query);
    // More than one session may fit, and they need not be on one member.
    if (others.isEmpty() || pending.size() >= PENDING_MAX) {
      done.complete(found);
      return;
    }
    long id = nextId++;
    pending.put(id, done);
    byte[] ask = new SessionNote.Ask(id, query).encode();
    others.forEach(member -> interlink.note(member, ask));
    later.after(
        REPEAT_MILLIS,
        () -> {
          if (pending.containsKey(id)) {
            others.forEach(member -> interlink.note(member, ask));
          }
        });
    if (found) {
      finish(id, true);
    } else {
      later.after(PATIENCE_MILLIS, () -> finish(id, false));
    }
  }

  private void finish(long id, boolean found) {
    CompletableFuture<Boolean> done = pending.remove(id);
    if (done != null) {
      done.complete(found);
    }
  }

  /** Tells all other members of a peer that has begun anew; twice, as a note may get lost. */
  void beganAnew(FirstContact contact) {
    SessionNote.Anew note = new SessionNote.Anew(contact);
    if (note.fits()) {
      byte[] octets = note.encode();
      others.forEach(member -> interlink.note(member, octets));
      later.after(REPEAT_MILLIS, () -> others.forEach(member -> interlink.note(member, octets)));
    }
  }

  /** Another member has sent a note. */
  void received(int from, byte[] octets) {
    Optional<SessionNote> note = SessionNote.decode(octets);
    switch (note.orElse(null)) {
      case null -> {
        // Of a version to come.
      }
      case SessionNote.Ask(long id, SessionQuery query) -> {
        if (here.test(query)) {
          interlink.note(from, new SessionNote.Found(id).encode());
        }
      }
      case SessionNote.Found(long id) -> finish(id, true);
      case SessionNote.Anew(FirstContact contact) -> beganAnew.accept(contact);
    }
  }
}
