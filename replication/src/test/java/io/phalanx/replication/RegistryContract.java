package io.phalanx.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store promises of what is counted. */
public abstract class RegistryContract extends RouteContract {
  @Test
  void shouldNoteEveryIncarnationOnce() {
    int member = key & 0xfff;
    Registry registry = member(1).registry();
    assertThat(get(registry.nextIncarnation(member, 500))).contains(500);
    assertThat(get(registry.nextIncarnation(member, 500))).contains(501);
    assertThat(get(member(2).registry().nextIncarnation(member, 300))).contains(502);
    assertThat(get(registry.nextIncarnation(member, 900))).contains(900);
    assertThat(get(registry.nextIncarnation(member + 1, 300))).contains(300);
  }

  @Test
  void incarnationsShouldGoRound() {
    int member = key & 0xfff;
    Registry registry = member(1).registry();
    assertThat(get(registry.nextIncarnation(member, 0xffff))).contains(0xffff);
    assertThat(get(registry.nextIncarnation(member, 0xffff))).contains(0);
    assertThat(get(registry.nextIncarnation(member, 0xfff0))).contains(1);
    assertThat(get(registry.nextIncarnation(member, 7))).contains(7);
  }

  @Test
  void shouldLetThingsBeUsedOnce() {
    String what = "set" + key;
    long day = 86_400_000L;
    assertThat(get(member(1).registry().useOnce(what, 100 * day))).contains(true);
    assertThat(get(member(1).registry().useOnce(what, 100 * day))).contains(false);
    assertThat(get(member(2).registry().useOnce(what, 101 * day))).contains(false);
    assertThat(get(member(2).registry().useOnce("other" + key, 101 * day))).contains(true);
  }

  @Test
  void shouldForgetWhatWasUsedDaysAgo() {
    String what = "set" + key;
    long day = 86_400_000L;
    Registry registry = member(1).registry();
    assertThat(get(registry.useOnce(what, 200 * day))).contains(true);
    for (int later = 201; later <= 205; later++) {
      get(registry.useOnce("later" + later + key, later * day));
    }
    await().untilAsserted(() -> assertThat(get(registry.useOnce(what, 205 * day))).contains(true));
  }

  @Test
  void shouldElectOneKeeperOfAConnection() {
    List<CompletableFuture<Optional<Owner>>> answers = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      Registry registry = member(number).registry();
      answers.add(registry.keeper("c" + key, owner(number)).toCompletableFuture());
    }
    List<Owner> keepers = answers.stream().map(each -> get(each).orElseThrow()).distinct().toList();
    assertThat(keepers).hasSize(1);
    assertThat(get(member(2).registry().keeper("other" + key, owner(2)))).contains(owner(2));
  }

  @Test
  void shouldLetOneMemberSucceedAKeeper() {
    String name = "c" + key;
    Registry two = member(2).registry();
    assertThat(get(member(1).registry().keeper(name, owner(1)))).contains(owner(1));
    assertThat(get(two.keeper(name, owner(2)))).contains(owner(1));
    assertThat(get(two.succeedKeeper(name, owner(1), owner(2)))).contains(owner(2));
    assertThat(get(two.succeedKeeper(name, owner(1), owner(2)))).as("again").contains(owner(2));
    assertThat(get(member(3).registry().succeedKeeper(name, owner(1), owner(3))))
        .as("too late")
        .contains(owner(2));
    assertThat(get(member(1).registry().keeper(name, owner(1)))).contains(owner(2));
  }

  @Test
  void shouldGiveOutEachBlockOnce() {
    List<CompletableFuture<Optional<Long>>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(member(1 + i % 3).registry().nextSpiBlock().toCompletableFuture());
    }
    List<Long> blocks = answers.stream().map(answer -> get(answer).orElseThrow()).toList();
    assertThat(blocks).hasSize(60).doesNotHaveDuplicates();
  }
}
