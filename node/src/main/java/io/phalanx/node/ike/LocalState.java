package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.node.eap.EapLocal;
import io.phalanx.node.ike.wire.Reassembly;
import io.phalanx.node.radius.AccountRecord.Traffic;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What this member alone knows of an IKE SA: what waits, and its timers. */
final class LocalState {
  private static final int EVENTS_WAITING_MAX = 16;
  private static final int TASKS_MAX = 64;

  private final Deque<Event> events = new ArrayDeque<>();
  private final Set<Task> tasks = new LinkedHashSet<>();
  private final Map<Task, Long> later = new LinkedHashMap<>();

  /** Commit under way; nothing else happens to the IKE SA until it has ended. */
  Optional<Commitment> commitment = Optional.empty();

  /** IKE SAs that have to be in the store as they are now before this one is written. */
  final Set<IkeSa> writeFirst = new LinkedHashSet<>();

  /** The IKE SA made by the rekey that is being committed: confirmed once it is done. */
  Optional<IkeSa> confirmNext = Optional.empty();

  /** The IKE SA that has taken the place of this one, on this member. */
  Optional<IkeSa> successor = Optional.empty();

  /** Whether commits of {@link #writeFirst} are awaited. */
  boolean blocked;

  /** An IKE_AUTH request that waits for its virtual addresses. */
  Optional<IkeAuth.Waiting> addressesWanted = Optional.empty();

  /** Fragments of a request of the peer, and of its responses (RFC 7383). */
  final Reassembly requestFragments = new Reassembly();

  /** By message id; only of requests in flight. */
  final Map<Long, Reassembly> responseFragments = new HashMap<>();

  /** Requests that came before their turn. */
  final EarlyRequests early = new EarlyRequests();

  /** A packet of an EAP conversation that waits for what a RADIUS server says. */
  Optional<EapAuth.Waiting> radiusAsked = Optional.empty();

  /** What of an EAP conversation cannot be written to the image. */
  final EapLocal eap = new EapLocal();

  /** Traffic of the session up to what this member has carried itself. */
  Traffic counted = Traffic.NONE;

  /** When traffic of the peer was last seen. */
  long trafficMillis;

  long interimAtMillis = Agenda.NEVER;

  /** Why the session ends, as accounting calls it; 0 if nothing special. */
  int terminateCause;

  /** SPIs of other IKE SAs that have to come to this member first. */
  final Set<Long> gathering = new HashSet<>();

  /** Whether the request at hand was answered by INVALID_SYNTAX. */
  boolean saidInvalidSyntax;

  /** A message whose certificates are being checked. */
  Optional<Revocations.Waiting> revocationAsked = Optional.empty();

  /** Whether the IKE SA is not here any more. */
  boolean gone;

  /** Whether the keeper of connections knows that it has ended, or must not know. */
  boolean endTold;

  /** Whether the image differs from the store by nothing but message ids. */
  boolean stale;

  long staleSinceMillis;

  /** Whether the SA clusters in the store are to be told where the peer is. */
  boolean pathChanged;

  /** Liveness checks answered since the last commit. */
  int answeredAhead;

  /** How far ahead of the image the next request of the peer may be: after an adoption only. */
  int aheadMax;

  /** Whether an authentic message has come since this member has it. */
  boolean heard;

  /** Whether a successor may still ask the peer for agreement on message ids. */
  boolean maySync;

  /** Until then the peer may not have the answer that tells it of this IKE SA: it is not asked. */
  long askNothingUntilMillis;

  long lastHeardMillis;
  long lastSentMillis;

  /** Since when the peer has refused; 0 if it has not. */
  long refusedSinceMillis;

  long refusedLastMillis;

  /** When to try again to authenticate anew. */
  long reauthTryAtMillis;

  /** Of each request in flight that has been sent, by message id. */
  final Map<Long, Resending> resendings = new LinkedHashMap<>();

  /** Whether the peer is to be told our window and token once it knows of this IKE SA. */
  boolean tellMore;

  /** Restarts of IKE_SA_INIT, for a cookie or another group. */
  int restarts;

  /** The cookie to lead the next IKE_SA_INIT request; empty for none. */
  byte[] cookie = new byte[0];

  /** The gateway that has sent us to this one (RFC 5685). */
  Optional<Identity> redirectedFrom = Optional.empty();

  /** Whether the peer has sent us to another gateway: ends once there is an IKE SA with that. */
  boolean redirected;

  /** Child SAs that have reached a limit and send no more. */
  final Set<Integer> exhausted = new HashSet<>();

  /** Until when a child that could not be made is not tried again. */
  final Map<String, Long> childPauses = new HashMap<>();

  void await(Event event) {
    if (events.size() < EVENTS_WAITING_MAX) {
      events.add(event);
    }
  }

  Optional<Event> nextEvent() {
    return Optional.ofNullable(events.poll());
  }

  /** Notes an exchange that is wanted; one that waits already is not noted twice. */
  void want(Task task) {
    if (tasks.size() < TASKS_MAX) {
      tasks.add(task);
    }
  }

  /** Wants it later: the peer could not do it now. */
  void wantAt(Task task, long atMillis) {
    if (later.size() < TASKS_MAX) {
      later.put(task, atMillis);
    }
  }

  /** Wants now what was wanted for this moment. */
  void wantDue(long nowMillis) {
    later.entrySet().stream()
        .filter(each -> each.getValue() <= nowMillis)
        .map(Map.Entry::getKey)
        .forEach(this::want);
    later.keySet().removeAll(tasks);
  }

  /** When something is wanted next; {@link Agenda#NEVER} if nothing is. */
  long wantsNextMillis() {
    return later.values().stream().mapToLong(Long::longValue).min().orElse(Agenda.NEVER);
  }

  /** Takes the first task that may begin now; none goes before one that has to be alone. */
  Optional<Task> nextTask(Predicate<Task> mayBegin) {
    for (Task task : tasks) {
      if (mayBegin.test(task)) {
        tasks.remove(task);
        return Optional.of(task);
      }
      if (task.alone()) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  boolean wantsNothing() {
    return tasks.isEmpty();
  }

  void dropTasks() {
    tasks.clear();
    later.clear();
  }

  /** The next task of an IKE SA that the peer may not know yet: the others wait until it does. */
  Optional<Task> nextProbe() {
    return tasks.remove(new Task.Liveness()) ? Optional.of(new Task.Liveness()) : Optional.empty();
  }

  /** What is wanted of an IKE SA that goes is wanted of the one in its place. */
  void handTasksTo(LocalState successor) {
    tasks.stream()
        .filter(task -> !(task instanceof Task.RekeyIke || task instanceof Task.Liveness))
        .forEach(successor::want);
    later.forEach(successor::wantAt);
    dropTasks();
  }

  /** Whether events have to wait. */
  boolean busy() {
    return blocked
        || !gathering.isEmpty()
        || commitment.isPresent()
        || addressesWanted.isPresent()
        || radiusAsked.isPresent()
        || revocationAsked.isPresent();
  }
}
