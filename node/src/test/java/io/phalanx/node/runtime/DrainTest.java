package io.phalanx.node.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.phalanx.node.ops.DrainView;
import io.phalanx.node.ops.DrainView.State;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrainTest {
  private static final Owner SELF = new Owner(1, 10);
  private static final Owner SECOND = new Owner(2, 10);
  private static final Owner THIRD = new Owner(3, 10);

  private final ControlThread control = new ControlThread();
  private final Set<Owner> living = ConcurrentHashMap.newKeySet();
  private final Map<Long, Owner> moved = new ConcurrentHashMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicLong nowMillis = new AtomicLong(1000);
  private final NoSaClusters saClusters = new NoSaClusters();
  private final IkeSas ike = new IkeSas();
  private final Drain drain =
      new Drain(
          control,
          proxy(
              Membership.class,
              (_, method, _) -> method.getName().equals("self") ? SELF : Set.copyOf(living)),
          proxy(
              Interlink.class,
              (_, _, arguments) -> {
                told.add(arguments[1] + " is at " + arguments[0]);
                return null;
              }),
          saClusters,
          ike,
          nowMillis::get);

  DrainTest() {
    living.addAll(Set.of(SELF, SECOND, THIRD));
  }

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void shouldSpreadEverythingOverTheOthersAndTellThem() {
    ike.add(200);
    begin(0);
    awaitDrained();
    assertThat(drain.view()).isEqualTo(new DrainView(State.DRAINED, 0, 0));
    assertThat(moved).hasSize(200).containsValue(SECOND).containsValue(THIRD);
    assertThat(moved).doesNotContainValue(SELF);
    assertThat(told).hasSize(200).contains("7 is at " + requireNonNull(moved.get(7L)).member());
    assertThat(ike.atOnce).isLessThanOrEqualTo(64);
  }

  @Test
  void shouldWaitForTheBalancerBeforeAnythingMoves() {
    ike.add(1);
    begin(100_000);
    await().until(() -> drain.view().state() == State.WAITING);
    control.execute(() -> drain.begin(0));
    control.execute(() -> told.add("begun twice"));
    await().until(() -> told.contains("begun twice"));
    assertThat(moved).isEmpty();
    assertThat(drain.view()).isEqualTo(new DrainView(State.WAITING, 1, 0));
  }

  @Test
  void shouldMoveNothingWhileNobodyElseIsThere() {
    living.removeAll(Set.of(SECOND, THIRD));
    ike.add(1);
    begin(0);
    await().until(() -> drain.view().state() == State.MOVING);
    assertThat(drain.view().sessions()).isEqualTo(1);
    living.add(THIRD);
    awaitDrained();
    assertThat(moved).containsEntry(0L, THIRD);
  }

  @Test
  void shouldTryAgainWhatTheStoreDidNotAnswer() {
    ike.add(3);
    ike.unknown = 5;
    begin(0);
    awaitDrained();
    assertThat(moved).hasSize(3);
    assertThat(told).hasSize(3);
  }

  @Test
  void shouldLoseItsPatienceWithWhatIsNeverQuiet() {
    ike.add(1);
    ike.quiet = false;
    begin(0);
    await().until(() -> drain.view().state() == State.MOVING);
    assertThat(moved).isEmpty();
    nowMillis.addAndGet(3000);
    awaitDrained();
    assertThat(moved).hasSize(1);
  }

  @Test
  void shouldStayUntilTheSuccessorsHaveBegunAndTheOthersKnow() {
    saClusters.following = 1;
    begin(0);
    await().until(() -> drain.view().state() == State.MOVING);
    nowMillis.addAndGet(60_000);
    oneMoreStep();
    assertThat(drain.view().state()).isEqualTo(State.MOVING);
    saClusters.following = 0;
    oneMoreStep();
    assertThat(drain.view().state()).isEqualTo(State.MOVING);
    nowMillis.addAndGet(200);
    await().until(() -> drain.view().state() == State.DRAINED);
  }

  private void oneMoreStep() {
    int before = saClusters.asked.get();
    await().until(() -> saClusters.asked.get() > before + 1);
  }

  /** Lets time pass until it is. */
  private void awaitDrained() {
    await()
        .until(
            () -> {
              nowMillis.addAndGet(50);
              return drain.view().state() == State.DRAINED;
            });
  }

  private void begin(long waitMillis) {
    control.execute(() -> drain.begin(waitMillis));
  }

  private final class IkeSas implements Drain.IkeSas {
    private final Map<Long, Fence> here = new HashMap<>();
    private volatile boolean quiet = true;
    private int unknown;
    private int underWay;
    private int atOnce;

    void add(int count) {
      for (long spi = 0; spi < count; spi++) {
        here.put(spi, new Fence(SELF, 1));
      }
    }

    @Override
    public int moving() {
      return here.size();
    }

    @Override
    public Map<Long, Fence> movable(boolean patient, Set<Long> except, int max) {
      Map<Long, Fence> found = new HashMap<>();
      here.entrySet().stream()
          .filter(each -> !except.contains(each.getKey()) && (quiet || !patient))
          .limit(max)
          .forEach(each -> found.put(each.getKey(), each.getValue()));
      return found;
    }

    @Override
    public void handOver(long spi, Fence fence, Owner successor, Consumer<Outcome> ended) {
      underWay++;
      atOnce = Math.max(atOnce, underWay);
      control.after(
          1,
          () -> {
            underWay--;
            boolean known = unknown-- <= 0;
            if (known) {
              here.remove(spi);
              moved.put(spi, successor);
            }
            ended.accept(known ? Outcome.DONE : Outcome.UNKNOWN);
          });
    }
  }

  private static final class NoSaClusters implements Drain.SaClusters {
    private volatile int following;
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public Iterable<SaDirectory.Carried> all() {
      return List.of();
    }

    @Override
    public int idOf(int inboundSpi) {
      return inboundSpi;
    }

    @Override
    public int size() {
      return 0;
    }

    @Override
    public int following() {
      asked.incrementAndGet();
      return following;
    }

    @Override
    public void handOver(int saId, Owner successor, Consumer<Boolean> ended) {
      throw new UnsupportedOperationException();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
