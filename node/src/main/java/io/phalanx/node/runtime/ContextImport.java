package io.phalanx.node.runtime;

import io.phalanx.config.Identity;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.image.IkeSaImage;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Puts IKE SAs of another cluster, with their Child SAs, into this one: their addresses, then their
 * images in the store, and from there this member goes on with them as after a take-over.
 *
 * <p>All methods run on the control loop.
 */
final class ContextImport {
  private static final int AT_ONCE_MAX = 64;
  private static final int ATTEMPTS_MAX = 20;
  private static final long RETRY_MILLIS = 100;
  private static final Identity NOBODY = Identity.keyId(new byte[0]);

  /**
   * @param taken how many this cluster has now
   * @param left what it could not take, and why, one line each
   */
  record Taken(int taken, List<String> left) {}

  /** One import. */
  private static final class Run {
    final Deque<ContextExport.Session> waiting;
    final List<String> left = new ArrayList<>();
    final Consumer<Taken> ended;
    int taken;
    int underWay;
    boolean over;

    Run(List<ContextExport.Session> sessions, Consumer<Taken> ended) {
      this.waiting = new ArrayDeque<>(sessions);
      this.ended = ended;
    }
  }

  private final ControlLoop control;
  private final SaStore store;
  private final Addresses addresses;
  private final IkeService ike;
  private final Owner self;

  ContextImport(
      ControlLoop control, SaStore store, Addresses addresses, IkeService ike, Owner self) {
    this.control = control;
    this.store = store;
    this.addresses = addresses;
    this.ike = ike;
    this.self = self;
  }

  void begin(List<ContextExport.Session> sessions, Consumer<Taken> ended) {
    goOn(new Run(sessions, ended));
  }

  private void goOn(Run run) {
    while (run.underWay < AT_ONCE_MAX && !run.waiting.isEmpty()) {
      ContextExport.Session session = run.waiting.remove();
      run.underWay++;
      var _ =
          takeAddresses(session.ike())
              .thenAcceptAsync(taken -> addressesTaken(run, session, taken), control);
    }
    if (run.underWay == 0 && !run.over) {
      run.over = true;
      run.ended.accept(new Taken(run.taken, List.copyOf(run.left)));
    }
  }

  private CompletionStage<List<InetAddress>> takeAddresses(IkeSaImage image) {
    return image.virtualAddresses().isEmpty()
        ? CompletableFuture.completedStage(List.of())
        : addresses.take(
            image.sessionId(), image.peerId().orElse(NOBODY), image.virtualAddresses());
  }

  private void addressesTaken(Run run, ContextExport.Session session, List<InetAddress> taken) {
    List<InetAddress> wanted = session.ike().virtualAddresses();
    if (taken.size() == wanted.size()) {
      write(run, session, 0);
      return;
    }
    addresses.giveBack(session.ike().sessionId(), taken);
    refused(run, session, "an inner address of it is in use here: " + wanted);
  }

  private void write(Run run, ContextExport.Session session, int attempt) {
    Commit creation =
        new Commit(
            session.ike(), new Fence(self, 1), true, session.saClusters(), List.of(), List.of());
    var _ =
        store
            .commit(creation)
            .thenAcceptAsync(outcome -> written(run, session, attempt, outcome), control);
  }

  private void written(Run run, ContextExport.Session session, int attempt, Outcome outcome) {
    switch (outcome) {
      case DONE -> {
        ike.adopt(new Owned<>(session.ike(), new Fence(self, 1)));
        run.taken++;
        run.underWay--;
        goOn(run);
      }
      case UNKNOWN -> {
        if (attempt < ATTEMPTS_MAX) {
          control.after(RETRY_MILLIS, () -> write(run, session, attempt + 1));
        } else {
          refused(run, session, "the store did not answer; it may be lost");
        }
      }
      case GONE, FENCED -> {
        addresses.giveBack(session.ike().sessionId(), session.ike().virtualAddresses());
        refused(run, session, "an SPI of it is in use here");
      }
    }
  }

  private void refused(Run run, ContextExport.Session session, String why) {
    run.left.add("%016x: %s".formatted(session.ike().sessionId(), why));
    run.underWay--;
    goOn(run);
  }
}
