package io.phalanx.it.loadgen;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The book of all numbered packets of a run: who sent each, when, and when its echo came. One
 * thread writes; reports are made when it has ended.
 *
 * <p>Times are nanoseconds since the beginning of the run.
 */
public final class PacketBook {
  public static final long NEVER = -1;

  private final int peers;
  private final int[] peerOf;
  private final long[] sentNanos;
  private final long[] echoNanos;
  private int sent;
  private long duplicated;
  private long replayed;
  private long late;

  PacketBook(int peers, int packetsMax) {
    this.peers = peers;
    this.peerOf = new int[packetsMax];
    this.sentNanos = new long[packetsMax];
    this.echoNanos = new long[packetsMax];
    Arrays.fill(echoNanos, NEVER);
  }

  boolean full() {
    return sent == peerOf.length;
  }

  /** Notes the next packet, and gives its number. */
  int send(int peer, long nowNanos) {
    peerOf[sent] = peer;
    sentNanos[sent] = nowNanos;
    return sent++;
  }

  /** Notes an echo; false for a number that was never sent by this peer. */
  boolean echo(int peer, int number, long nowNanos) {
    if (number < 0 || number >= sent || peerOf[number] != peer) {
      return false;
    }
    if (echoNanos[number] == NEVER) {
      echoNanos[number] = nowNanos;
    } else {
      duplicated++;
    }
    return true;
  }

  /**
   * An echo while everything is sent once more: of a packet that was echoed before it is an
   * accepted replay; one that was lost may well arrive now.
   */
  void echoOfReplay(int peer, int number) {
    if (number < 0 || number >= sent || peerOf[number] != peer) {
      return;
    }
    if (echoNanos[number] == NEVER) {
      late++;
      echoNanos[number] = Long.MAX_VALUE;
    } else {
      replayed++;
    }
  }

  int sent() {
    return sent;
  }

  long echoed() {
    return Arrays.stream(echoNanos, 0, sent).filter(PacketBook::counts).count();
  }

  private static boolean counts(long nanos) {
    return nanos != NEVER && nanos != Long.MAX_VALUE;
  }

  long duplicated() {
    return duplicated;
  }

  /** Packets accepted a second time when everything was sent once more. */
  long replayed() {
    return replayed;
  }

  /** Lost packets that were accepted, for the first time, when everything was sent once more. */
  long late() {
    return late;
  }

  /** Nanoseconds from packet to echo, of all that came. */
  Spread roundTrips() {
    long[] trips = new long[sent];
    int count = 0;
    for (int number = 0; number < sent; number++) {
      if (counts(echoNanos[number])) {
        trips[count++] = echoNanos[number] - sentNanos[number];
      }
    }
    return Spread.of(Arrays.copyOf(trips, count));
  }

  /** For each peer with two echoes at least: the longest silence between two of them. */
  Spread longestGaps() {
    long[] last = new long[peers];
    long[] longest = new long[peers];
    Arrays.fill(last, NEVER);
    Arrays.fill(longest, NEVER);
    for (int number : byEcho()) {
      int peer = peerOf[number];
      long at = echoNanos[number];
      if (last[peer] != NEVER) {
        longest[peer] = Math.max(longest[peer], at - last[peer]);
      }
      last[peer] = at;
    }
    return Spread.of(Arrays.stream(longest).filter(gap -> gap != NEVER).toArray());
  }

  private int[] byEcho() {
    return IntStream.range(0, sent)
        .filter(number -> counts(echoNanos[number]))
        .boxed()
        .sorted(Comparator.comparingLong(number -> echoNanos[number]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * For each peer that lost a packet sent after a moment: how long after it the last such one was
   * sent.
   */
  Spread lostUntil(long sinceNanos) {
    long[] until = new long[peers];
    Arrays.fill(until, NEVER);
    for (int number = 0; number < sent; number++) {
      if (!counts(echoNanos[number]) && sentNanos[number] >= sinceNanos) {
        until[peerOf[number]] = sentNanos[number] - sinceNanos;
      }
    }
    return Spread.of(Arrays.stream(until).filter(each -> each != NEVER).toArray());
  }

  /**
   * Nanoseconds after a moment when the first packet was echoed that was sent after it, by peer.
   */
  public long[] firstEchoes(long sinceNanos) {
    long[] first = new long[peers];
    Arrays.fill(first, NEVER);
    for (int number = 0; number < sent; number++) {
      int peer = peerOf[number];
      if (sentNanos[number] >= sinceNanos && counts(echoNanos[number])) {
        long after = echoNanos[number] - sinceNanos;
        first[peer] = first[peer] == NEVER ? after : Math.min(first[peer], after);
      }
    }
    return first;
  }

  /** Peers that have sent packets after a moment, and have not seen an echo of any of them. */
  public long silentSince(long sinceNanos) {
    boolean[] sending = new boolean[peers];
    boolean[] heard = new boolean[peers];
    for (int number = 0; number < sent; number++) {
      if (sentNanos[number] >= sinceNanos) {
        sending[peerOf[number]] = true;
        heard[peerOf[number]] |= counts(echoNanos[number]);
      }
    }
    return IntStream.range(0, peers).filter(peer -> sending[peer] && !heard[peer]).count();
  }

  /** Packets lost of those sent between two moments. */
  public long lostBetween(long fromNanos, long toNanos) {
    long lost = 0;
    for (int number = 0; number < sent; number++) {
      if (!counts(echoNanos[number])
          && sentNanos[number] >= fromNanos
          && sentNanos[number] < toNanos) {
        lost++;
      }
    }
    return lost;
  }
}
