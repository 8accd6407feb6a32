package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.ike.Event;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Owner;
import io.phalanx.replication.Registry;
import io.phalanx.replication.memory.Courier;
import io.phalanx.replication.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeepersTest {
  private static final String NAME = "branch";

  private final MemoryStore store = new MemoryStore();
  private final Set<Owner> dead = new HashSet<>();
  private long nowMillis = 1_000_000;

  /** A member: whether it has a session, and what its engine was told. */
  private final class Node {
    final Owner self;
    final List<Event> told = new ArrayList<>();
    final Keepers keepers;
    boolean carries;

    Node(int number) {
      self = new Owner(number, 1);
      Registry registry = store.member(Courier.immediate()).registry();
      keepers =
          new Keepers(
              Runnable::run,
              registry,
              membership(self),
              List.of(NAME),
              name -> carries,
              told::add,
              () -> nowMillis);
    }

    List<Event> toldSince() {
      List<Event> all = List.copyOf(told);
      told.clear();
      return all;
    }
  }

  private Membership membership(Owner self) {
    Object proxy =
        Proxy.newProxyInstance(
            Membership.class.getClassLoader(),
            new Class<?>[] {Membership.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "self" -> self;
                  case "alive" -> !dead.contains((Owner) arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    return Membership.class.cast(proxy);
  }

  private final Node one = new Node(1);
  private final Node two = new Node(2);
  private final Node three = new Node(3);

  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed += 1_000) {
      nowMillis += 1_000;
      for (Node node : List.of(one, two, three)) {
        if (!dead.contains(node.self)) {
          node.keepers.tick();
        }
      }
    }
  }

  @Test
  void shouldHaveOneMemberBringAConnectionUpOnce() {
    pass(60_000);
    assertThat(one.told).containsExactly(new Event.Initiate(NAME));
    assertThat(two.told).isEmpty();
    assertThat(three.told).isEmpty();
  }

  @Test
  void shouldMakeTheSuccessorOfItsSessionTheKeeper() {
    pass(1_000);
    one.carries = true;
    pass(5_000);
    dead.add(one.self);
    pass(2_000);
    three.carries = true;
    pass(60_000);
    assertThat(three.told).as("engages the engine, which has it up").hasSize(1);
    assertThat(two.told).as("no second session").isEmpty();
    three.carries = false;
    dead.add(three.self);
    pass(Keepers.GRACE_MILLIS + 2_000);
    assertThat(two.told).containsExactly(new Event.Initiate(NAME));
  }

  @Test
  void shouldTakeThePlaceOfALostKeeperOnlyAfterAWhile() {
    pass(1_000);
    dead.add(one.self);
    pass(Keepers.GRACE_MILLIS - 2_000);
    assertThat(two.told).isEmpty();
    pass(4_000);
    List<Event> all = new ArrayList<>(two.told);
    all.addAll(three.told);
    assertThat(all).containsExactly(new Event.Initiate(NAME));
  }

  @Test
  void shouldYieldToWhoeverHasTheSession() {
    pass(1_000);
    assertThat(one.toldSince()).hasSize(1);
    two.carries = true; // claimed from the first, which was suspected wrongly
    pass(3_000);
    assertThat(one.toldSince()).containsExactly(new Event.Yield(NAME));
    one.carries = true;
    pass(3_000);
    List<Event> calm = new ArrayList<>(two.toldSince());
    pass(60_000);
    assertThat(one.toldSince()).hasSize(1);
    assertThat(two.toldSince()).as("no quarrel between two sessions").isEmpty();
    assertThat(calm).contains(new Event.Yield(NAME));
  }
}
