package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Identity;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import io.phalanx.node.ike.FirstContact;
import io.phalanx.node.radius.SessionQuery;
import io.phalanx.replication.Interlink;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A member that is asked finds the session on another one. */
final class DisconnectsTest {
  private record Due(long atMillis, Runnable what) {}

  private final PriorityQueue<Due> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
  private final Deque<Runnable> notes = new ArrayDeque<>();
  private final List<String> ended = new ArrayList<>();
  private long nowMillis;
  private int lost;
  private final Disconnects one = member(1, 2, "nobody");
  private final Disconnects two = member(2, 1, "alice");

  private Disconnects member(int id, int other, String user) {
    return new Disconnects(
        (millis, what) -> agenda.add(new Due(nowMillis + millis, what)),
        wire(id),
        List.of(other),
        query -> {
          boolean fits = query.fits(id, user, List.of());
          if (fits) {
            ended.add(id + " " + user);
          }
          return fits;
        },
        contact -> ended.add(id + " all of " + contact.peer() + " but " + contact.sessionId()),
        100L * id);
  }

  private Interlink wire(int from) {
    return new Interlink() {
      @Override
      public void note(int member, byte[] note) {
        if (lost > 0) {
          lost--;
        } else {
          notes.add(() -> (member == 1 ? one : two).received(from, note));
        }
      }

      @Override
      public void ike(int member, UdpDatagram datagram, int hops) {}

      @Override
      public void childDue(int member, long ikeSpi, int saId, boolean exhausted) {}

      @Override
      public void peerMoved(int member, long ikeSpi, int saId, PeerPath path) {}

      @Override
      public void handedOver(int member, long ikeSpi, int saId) {}

      @Override
      public void esp(int member, UdpDatagram datagram, int hops) {}

      @Override
      public void clear(int member, byte[] packet, int offset, int length, int hops) {}

      @Override
      public void close() {}
    };
  }

  private boolean disconnect(String user) {
    CompletableFuture<Boolean> done =
        one.disconnect(new SessionQuery("", user, Optional.empty())).toCompletableFuture();
    run();
    return done.join();
  }

  private void run() {
    while (!agenda.isEmpty() || !notes.isEmpty()) {
      while (!notes.isEmpty()) {
        notes.remove().run();
      }
      if (!agenda.isEmpty()) {
        Due due = agenda.remove();
        nowMillis = due.atMillis();
        due.what().run();
      }
    }
  }

  @Test
  void shouldFindASessionElsewhere() {
    assertThat(disconnect("alice")).isTrue();
    assertThat(ended).containsExactly("2 alice");
  }

  @Test
  void shouldAskAgainWhereTheNoteGotLost() {
    lost = 1;
    assertThat(disconnect("alice")).isTrue();
  }

  @Test
  void shouldSayWhereThereIsNone() {
    assertThat(disconnect("bob")).isFalse();
    assertThat(ended).isEmpty();
  }

  @Test
  void shouldCarryEveryFieldAndNeverThrow() {
    SessionQuery query =
        new SessionQuery("0123", "\u00e4lice", Optional.of(InetAddress.ofLiteral("2001:db8::1")));
    byte[] note = new SessionNote.Ask(7, query).encode();
    assertThat(SessionNote.decode(note)).contains(new SessionNote.Ask(7, query));
    Random random = new Random(1);
    for (int run = 0; run < 2_000; run++) {
      byte[] bad = Arrays.copyOf(note, random.nextInt(note.length + 1));
      for (int i = 0; i < bad.length && i < 3; i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      assertThat(SessionNote.decode(bad)).isNotNull();
    }
  }

  @Test
  void shouldTellTheOthersOfAPeerThatHasBegunAnew() {
    FirstContact contact = new FirstContact("road", Identity.email("bob@example.org"), "", -7);
    lost = 1;
    one.beganAnew(contact);
    run();
    assertThat(ended).containsExactly("2 all of bob@example.org but -7");
  }

  @Test
  void shouldKeepANoteWithinItsFields() {
    FirstContact contact = new FirstContact("road", Identity.keyId(new byte[300]), "", 1);
    one.beganAnew(contact);
    run();
    assertThat(ended).isEmpty();
  }
}
