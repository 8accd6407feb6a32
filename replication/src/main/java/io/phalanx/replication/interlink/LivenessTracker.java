package io.phalanx.replication.interlink;

import io.phalanx.replication.Owner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which lives of the other members are alive, from their datagrams and the time. Pure: times are
 * those of a monotonic clock, passed in.
 *
 * <p><b>Proof.</b> A heartbeat lists the start nonces that its sender hears. A life counts as alive
 * once one of its heartbeats lists this member's own start nonce, which is fresh: a recording from
 * before this start cannot do that. Recordings from after it are refused by the window over the
 * sender's counter, which starts at the heartbeat that was the proof. So both ends hear each other
 * when one takes the other for alive.
 *
 * <p><b>Order.</b> A proven life ends its predecessor; a life older than a proven one is never
 * taken up. If the predecessor goes on sending, two processes have the same id; both are listed in
 * our heartbeats, so that both find out.
 *
 * <p><b>Doubt.</b> When something else says that a member has ended (its connections to the store
 * broke), half the silence is enough. One that lives is not taken for dead by that: its next
 * heartbeat ends the doubt.
 *
 * <p><b>Our own pauses.</b> If no time was seen passing for longer than the silence that makes a
 * member suspect, it is us who stood still: all silences begin anew.
 */
final class LivenessTracker {
  sealed interface Change {
    record Up(Owner owner) implements Change {}

    record Down(Owner owner) implements Change {}

    /** It has said goodbye. */
    record Left(Owner owner) implements Change {}

    record SelfPaused(long gapNanos) implements Change {}

    /** Another process has the same id as that life's successor, or as this member. */
    record Duplicate(Owner other) implements Change {}
  }

  /** What a datagram is good for. */
  enum Verdict {
    /** Take it. */
    FRESH,
    /** From a life that is not known to be alive: only heartbeats count. */
    UNPROVEN,
    /** Seen before, or of a life that is over. */
    STALE
  }

  private final Owner self;
  private final long startNonce;
  private final long suspectAfterNanos;
  private final long startNanos;
  private final Map<Integer, MemberLives> members = new HashMap<>();
  private List<Change> changes = new ArrayList<>();
  private Optional<Owner> duplicate = Optional.empty();
  private long lastNanos;

  LivenessTracker(
      Owner self, Set<Integer> others, long startNonce, long suspectAfterNanos, long nowNanos) {
    this.self = self;
    this.startNonce = startNonce;
    this.suspectAfterNanos = suspectAfterNanos;
    this.startNanos = nowNanos;
    this.lastNanos = nowNanos;
    others.forEach(member -> members.put(member, new MemberLives(member)));
  }

  /** Whether an authenticated datagram counts; marks it as seen. */
  Verdict received(Owner sender, long counter, long nowNanos) {
    pass(nowNanos);
    MemberLives lives = members.get(sender.member());
    return lives == null ? Verdict.STALE : lives.received(sender.incarnation(), counter);
  }

  /** Takes a heartbeat whose verdict was not {@link Verdict#STALE}. */
  void heartbeat(Owner sender, long counter, Frame.Heartbeat heartbeat, long nowNanos) {
    pass(nowNanos);
    MemberLives lives = members.get(sender.member());
    if (lives == null) {
      return;
    }
    boolean proof = false;
    Set<Owner> hears = new HashSet<>();
    for (Frame.Heard heard : heartbeat.heard()) {
      hears.add(new Owner(heard.member(), heard.incarnation()));
      if (heard.member() == self.member()) {
        proof |= heard.incarnation() == self.incarnation() && heard.startNonce() == startNonce;
      }
    }
    lives.heartbeat(
        sender.incarnation(), heartbeat.startNonce(), counter, proof, hears, nowNanos, changes);
    if (proof) {
      lookForDuplicate(heartbeat, nowNanos);
    }
  }

  /**
   * Others forget a life of ours that is over within the silence that makes it suspect, so one that
   * is listed later than that goes on.
   */
  private void lookForDuplicate(Frame.Heartbeat heartbeat, long nowNanos) {
    if (nowNanos - startNanos < 2 * suspectAfterNanos) {
      return;
    }
    heartbeat.heard().stream()
        .filter(Frame.Heard::proven)
        .filter(heard -> heard.member() == self.member())
        .filter(heard -> heard.incarnation() != self.incarnation())
        .forEach(heard -> duplicate(new Owner(heard.member(), heard.incarnation())));
  }

  private void duplicate(Owner other) {
    if (!duplicate.equals(Optional.of(other))) {
      duplicate = Optional.of(other);
      changes.add(new Change.Duplicate(other));
    }
  }

  void goodbye(Owner sender, long nowNanos) {
    pass(nowNanos);
    MemberLives lives = members.get(sender.member());
    if (lives != null) {
      lives.goodbye(sender.incarnation(), changes);
    }
  }

  /** Lets time pass; to be called several times within the silence that makes a member suspect. */
  void tick(long nowNanos) {
    pass(nowNanos);
    long silent = nowNanos - suspectAfterNanos;
    long doubtedSilent = nowNanos - suspectAfterNanos / 2;
    members.values().forEach(lives -> lives.expire(silent, doubtedSilent, changes));
  }

  /** Something beside the interlink says that this member has ended. */
  void doubt(int member) {
    Optional.ofNullable(members.get(member)).ifPresent(MemberLives::doubt);
  }

  private void pass(long nowNanos) {
    long gapNanos = nowNanos - lastNanos;
    lastNanos = nowNanos;
    if (gapNanos > suspectAfterNanos) {
      members.values().forEach(lives -> lives.rearm(nowNanos));
      changes.add(new Change.SelfPaused(gapNanos));
    }
  }

  /** What has changed since the last call. */
  List<Change> changes() {
    List<Change> done = changes;
    changes = new ArrayList<>();
    return done;
  }

  Frame.Heartbeat heartbeat() {
    List<Frame.Heard> heard = new ArrayList<>();
    members.values().forEach(lives -> lives.addHeard(lastNanos - suspectAfterNanos, heard));
    return new Frame.Heartbeat(startNonce, List.copyOf(heard));
  }

  /** All that are alive, this member among them. */
  Set<Owner> living() {
    Set<Owner> living = new LinkedHashSet<>();
    living.add(self);
    members.values().forEach(lives -> lives.alive().ifPresent(living::add));
    return Set.copyOf(living);
  }

  /** The lives that other living members hear. */
  Set<Owner> heardByOthers() {
    Set<Owner> heard = new HashSet<>();
    members.values().forEach(lives -> heard.addAll(lives.hears()));
    return Set.copyOf(heard);
  }

  /** Another process with this member's id, if one was heard. */
  Optional<Owner> duplicate() {
    return duplicate;
  }
}
