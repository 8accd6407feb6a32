package io.phalanx.it.sim;

import io.phalanx.it.analysis.ProbePacket;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at everything that members send and accept. The first thing that is wrong stays. */
final class Checks implements Life.Watch {
  private static final int IKE_HEADER_OCTETS = 28;
  private static final int ENCRYPTED = 46; // SK, RFC 7296 §3.2
  private static final int FRAGMENT = 53; // SKF, RFC 7383 §2.5
  private static final int IKE_AUTH = 35;
  private static final int CREATE_CHILD_SA = 36;

  /** One number of one SA. */
  private record Counted(int spi, long number) {}

  /** One message of ours, by what tells messages apart for the peer. */
  private record Message(
      long initiatorSpi, long responderSpi, int flags, long id, int exchange, int fragment) {}

  private record SealedWith(long initiatorSpi, long responderSpi, int flags, long iv) {}

  private record Epoch(String table, long key, long epoch) {}

  private final Trace trace;
  private final Set<Counted> sequences = new HashSet<>();
  private final Set<Counted> ivs = new HashSet<>();
  private final Map<Message, Integer> messages = new HashMap<>();
  private final Map<SealedWith, Integer> ikeIvs = new HashMap<>();
  private final Map<Epoch, String> owners = new HashMap<>();
  private final Map<Integer, Set<Integer>> accepted = new HashMap<>();
  private Optional<String> violation = Optional.empty();

  Checks(Trace trace) {
    this.trace = trace;
  }

  Optional<String> violation() {
    return violation;
  }

  void violated(String what) {
    if (violation.isEmpty()) {
      trace.note("VIOLATED: " + what);
      violation = Optional.of(what);
    }
  }

  @Override
  public void fault(String where, Throwable fault) {
    StackTraceElement[] at = fault.getStackTrace();
    violated("%s: %s %s".formatted(where, fault, at.length > 0 ? at[0] : ""));
  }

  /** The store has answered what became of limits. */
  void limits(int saId, Fence fence, long outLease, long inLimit, Outcome outcome) {
    trace.note(
        "SA cluster %x of %s: out below %d, in up to %d: %s"
            .formatted(saId, fence, outLease, inLimit, outcome));
  }

  /** ESP of a member to a peer: its number and its IV are new. */
  void espSent(int member, byte[] packet) {
    ByteBuffer in = ByteBuffer.wrap(packet);
    int spi = in.getInt(0);
    long sequence = Integer.toUnsignedLong(in.getInt(4));
    if (!sequences.add(new Counted(spi, sequence))) {
      violated("member %d sends number %d of SA %08x again".formatted(member, sequence, spi));
    }
    if (!ivs.add(new Counted(spi, in.getLong(8)))) {
      violated("member %d uses IV %016x of SA %08x again".formatted(member, in.getLong(8), spi));
    }
  }

  /** An IKE message of a member: no IV for two, and one content only for each number. */
  void ikeSent(int member, byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    int first = in.get(16) & 0xff;
    if (octets.length < IKE_HEADER_OCTETS + 16 || (first != ENCRYPTED && first != FRAGMENT)) {
      return;
    }
    int body = IKE_HEADER_OCTETS + 4;
    int fragment = first == FRAGMENT ? in.getInt(body) : 0;
    int iv = first == FRAGMENT ? body + 4 : body;
    int content = Arrays.hashCode(octets);
    long initiator = in.getLong(0);
    long responder = in.getLong(8);
    int flags = in.get(19);
    Integer sealed =
        ikeIvs.put(new SealedWith(initiator, responder, flags & 8, in.getLong(iv)), content);
    if (sealed != null && sealed != content) {
      violated(
          "member %d uses IV %016x of IKE SA %016x again"
              .formatted(member, in.getLong(iv), initiator));
    }
    int exchange = in.get(18);
    Integer said =
        messages.put(
            new Message(initiator, responder, flags, in.getInt(20), exchange, fragment), content);
    boolean changes = exchange == IKE_AUTH || exchange == CREATE_CHILD_SA;
    if (said != null && said != content && changes) {
      violated(
          "member %d says message %d of IKE SA %016x otherwise than it was said"
              .formatted(member, in.getInt(20), initiator));
    }
  }

  /** An inner packet has come out of a tunnel, on whatever member, or at whatever peer. */
  void accepted(String where, byte[] packet) {
    Optional<ProbePacket> probe = ProbePacket.decode(ByteBuffer.wrap(packet));
    probe.ifPresent(
        each ->
            trace.note(
                "%s accepts packet %d of stream %d"
                    .formatted(where, each.number(), each.direction())));
    if (probe.isEmpty()) {
      violated(where + " lets something through that nobody sent");
    } else if (!numbers(probe.get().direction()).add(probe.get().number())) {
      violated(
          "%s accepts packet %d of stream %d again"
              .formatted(where, probe.get().number(), probe.get().direction()));
    }
  }

  private Set<Integer> numbers(int direction) {
    return accepted.computeIfAbsent(direction, _ -> new HashSet<>());
  }

  boolean arrived(int direction, int number) {
    return numbers(direction).contains(number);
  }

  int arrived() {
    return accepted.values().stream().mapToInt(Set::size).sum();
  }

  /** The store has told somebody that an image is its own now. */
  void owns(String table, long key, long epoch, String owner) {
    trace.note("%s %x epoch %d is of %s".formatted(table, key, epoch, owner));
    String before = owners.putIfAbsent(new Epoch(table, key, epoch), owner);
    if (before != null && !before.equals(owner)) {
      violated(
          "%s %x has two owners of epoch %d: %s and %s"
              .formatted(table, key, epoch, before, owner));
    }
  }
}
