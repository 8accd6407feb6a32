package io.phalanx.node.runtime;

import io.phalanx.config.Identity;
import io.phalanx.node.runtime.ContextExport.Session;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.SaStore;
import io.phalanx.replication.SaStore.Found;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Puts IKE SAs of another cluster, with their Child SAs, into this one: their addresses, then their
 * images in the store, and from there this member goes on with them as after a take-over.
 *
 * <p>Called on threads of the admin port; blocks.
 */
final class ContextImport {
  private static final int AT_ONCE_MAX = 64;
  private static final int ATTEMPTS_MAX = 20;
  private static final long RETRY_MILLIS = 100;
  private static final long ANSWER_SECONDS_MAX = 60;
  private static final Identity NOBODY = Identity.keyId(new byte[0]);

  private final Executor control;
  private final SaStore store;
  private final Addresses addresses;
  private final Consumer<Owned<IkeSaImage>> adopt;
  private final Owner self;

  /**
   * @param adopt goes on with an IKE SA; called on the control loop
   */
  ContextImport(
      Executor control,
      SaStore store,
      Addresses addresses,
      Consumer<Owned<IkeSaImage>> adopt,
      Owner self) {
    this.control = control;
    this.store = store;
    this.addresses = addresses;
    this.adopt = adopt;
    this.self = self;
  }

  /**
   * Sees that each session has its place here, and leases its inner addresses.
   *
   * @return what is in the way, one line each; then none of the addresses is leased any more
   */
  List<String> prepare(List<Session> sessions) throws InterruptedException {
    Set<Long> ids =
        sessions.stream().map(each -> each.ike().sessionId()).collect(Collectors.toSet());
    Optional<Set<Long>> here = answer(store.sessionsAlive(ids), Optional.empty());
    if (here.isEmpty()) {
      return List.of("the store did not answer; try again, with the members that it needs");
    }
    if (!here.get().isEmpty()) {
      return here.get().stream()
          .map(id -> line(id, "it is here, or has left this cluster less than an hour ago"))
          .toList();
    }
    List<String> taken = forEach(sessions, this::isSpiInUse);
    if (!taken.isEmpty()) {
      return taken;
    }
    List<String> obstacles = forEach(sessions, this::takeAddresses);
    if (!obstacles.isEmpty()) {
      giveBack(sessions);
    }
    return obstacles;
  }

  /** Gives the addresses back that were leased for sessions that do not come after all. */
  void giveBack(List<Session> sessions) {
    sessions.forEach(
        each -> addresses.giveBack(each.ike().sessionId(), each.ike().virtualAddresses()));
  }

  private Optional<String> isSpiInUse(Session session) throws InterruptedException {
    for (SaClusterImage child : session.saClusters()) {
      Found<SaClusterImage> found = answer(store.findSaCluster(child.id()), new Found.Unknown<>());
      if (!(found instanceof Found.Absent<SaClusterImage>)) {
        return Optional.of("an SPI of it is in use here, or the store did not answer");
      }
    }
    return Optional.empty();
  }

  private Optional<String> takeAddresses(Session session) throws InterruptedException {
    IkeSaImage image = session.ike();
    List<InetAddress> wanted = image.virtualAddresses();
    List<InetAddress> leased =
        answer(addresses.take(image.sessionId(), image.peerId().orElse(NOBODY), wanted), List.of());
    return leased.size() == wanted.size()
        ? Optional.empty()
        : Optional.of("an inner address of it is in use here: " + wanted);
  }

  /**
   * Takes them, once nobody else can.
   *
   * @return what could not be taken, one line each
   */
  List<String> take(List<Session> sessions) throws InterruptedException {
    return forEach(sessions, this::take);
  }

  private Optional<String> take(Session session) throws InterruptedException {
    Fence fence = new Fence(self, 1);
    Commit creation =
        new Commit(session.ike(), fence, true, session.saClusters(), List.of(), List.of());
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      switch (answer(store.commit(creation), Outcome.UNKNOWN)) {
        case DONE -> {
          control.execute(() -> adopt.accept(new Owned<>(session.ike(), fence)));
          return Optional.empty();
        }
        case GONE, FENCED -> {
          giveBack(List.of(session));
          return Optional.of("an SPI of it is in use here by now");
        }
        case UNKNOWN -> Thread.sleep(RETRY_MILLIS);
      }
    }
    return Optional.of("the store did not answer; it may be lost");
  }

  /** One step for one session: empty, or what is in its way. */
  @FunctionalInterface
  private interface Step {
    Optional<String> of(Session session) throws InterruptedException;
  }

  private static List<String> forEach(List<Session> sessions, Step step)
      throws InterruptedException {
    Queue<String> lines = new ConcurrentLinkedQueue<>();
    Semaphore room = new Semaphore(AT_ONCE_MAX);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Session session : sessions) {
        room.acquire();
        threads.execute(
            () -> {
              try {
                step.of(session).ifPresent(why -> lines.add(line(session.ike().sessionId(), why)));
              } catch (InterruptedException e) {
                lines.add(line(session.ike().sessionId(), "the member is stopping"));
              } finally {
                room.release();
              }
            });
      }
    }
    return List.copyOf(lines);
  }

  /** What the store answers; {@code unknown} if it does not. */
  static <T> T answer(CompletionStage<T> stage, T unknown) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      return unknown;
    } catch (ExecutionException fault) {
      throw new IllegalStateException("no stage of the store completes exceptionally", fault);
    }
  }

  private static String line(long sessionId, String why) {
    return "%016x: %s".formatted(sessionId, why);
  }
}
