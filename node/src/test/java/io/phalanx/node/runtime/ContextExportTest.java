package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.context.Samples;
import io.phalanx.node.ike.Effect;
import io.phalanx.node.runtime.ContextExport.Given;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

final class ContextExportTest {
  private record Later(long atMillis, Runnable task) {}

  /** Time goes on when it is told to. */
  private static final class Control implements ControlLoop {
    private final Deque<Runnable> now = new ArrayDeque<>();
    private final List<Later> later = new ArrayList<>();
    private long millis;

    @Override
    public void execute(Runnable task) {
      now.add(task);
    }

    @Override
    public void executePacket(Runnable task) {
      now.add(task);
    }

    @Override
    public void after(long delayMillis, Runnable task) {
      later.add(new Later(millis + delayMillis, task));
    }

    @Override
    public void every(long periodMillis, Runnable task) {
      throw new UnsupportedOperationException();
    }

    void run(long forMillis) {
      for (long end = millis + forMillis; millis <= end; millis++) {
        List<Later> due = later.stream().filter(each -> each.atMillis() <= millis).toList();
        later.removeAll(due);
        due.forEach(each -> now.add(each.task()));
        while (!now.isEmpty()) {
          now.remove().run();
        }
      }
    }
  }

  private final Control control = new Control();
  private final List<IkeSaImage> ikeSas = new ArrayList<>();
  private final Set<Integer> moving = new HashSet<>();
  private final Set<Integer> lost = new HashSet<>();
  private final List<Long> asked = new ArrayList<>();
  private final List<Given> ended = new ArrayList<>();

  /** What the engine answers to each question; null for nothing. */
  private LongFunction<Optional<Effect.GivenAway>> engine = spi -> Optional.of(given(spi));

  private final ContextExport export =
      new ContextExport(
          control,
          new ContextExport.SaClusters() {
            @Override
            public boolean stays(int saId) {
              return !moving.contains(saId);
            }

            @Override
            public void withdraw(int saId, Consumer<Optional<SaClusterImage>> told) {
              told.accept(
                  lost.contains(saId) ? Optional.empty() : Optional.of(Samples.child(saId)));
            }
          },
          new ContextExport.IkeSas() {
            @Override
            public List<IkeSaImage> established() {
              return List.copyOf(ikeSas);
            }

            @Override
            public void giveAway(long spi, long untilMillis) {
              asked.add(spi);
              engine.apply(spi).ifPresent(export()::givenAway);
            }
          });

  private ContextExport export() {
    return export;
  }

  private Effect.GivenAway given(long spi) {
    IkeSaImage image =
        ikeSas.stream().filter(each -> each.localSpi() == spi).findFirst().orElseThrow();
    return new Effect.GivenAway(spi, Optional.of(image), "", false);
  }

  private static Effect.GivenAway stays(long spi, String why, boolean forNow) {
    return new Effect.GivenAway(spi, Optional.empty(), why, forNow);
  }

  private Given run(Set<Long> wanted) {
    assertThat(export.begin(wanted, 1, ended::add)).isTrue();
    control.run(20_000);
    assertThat(ended).hasSize(1);
    assertThat(export.running()).isFalse();
    return ended.getFirst();
  }

  @Test
  void shouldTakeOutAllOfAMemberAndMoreThanGoAtOnce() {
    for (int number = 1; number <= 300; number++) {
      ikeSas.add(Samples.ike(number, number, 0x1000 + number));
    }
    Given given = run(Set.of());
    assertThat(given.left()).isEmpty();
    assertThat(given.sessions()).hasSize(300);
    assertThat(given.sessions().getFirst().saClusters()).hasSize(1);
  }

  @Test
  void shouldTakeOutWhatIsWantedAndTellWhatIsMissing() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    ikeSas.add(Samples.ike(2, 12, 0x1002));
    Given given = run(Set.of(12L, 13L));
    assertThat(asked).containsExactly(2L);
    assertThat(given.sessions()).hasSize(1);
    assertThat(given.left())
        .containsExactly("000000000000000d: it is not here, or not established");
  }

  @Test
  void shouldLeaveWhatIsPartlyElsewhereUntouched() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    moving.add(0x1001);
    assertThat(run(Set.of()).left()).singleElement().asString().contains("at another member");
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldAskAgainWhileAnExchangeIsUnderWay() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    engine = spi -> Optional.of(asked.size() < 5 ? stays(spi, "an exchange", true) : given(spi));
    assertThat(run(Set.of()).sessions()).hasSize(1);
    assertThat(asked).hasSize(5);
  }

  @Test
  void shouldNotAskForEver() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    engine = spi -> Optional.of(stays(spi, "an exchange", true));
    assertThat(run(Set.of()).left()).containsExactly("000000000000000b: an exchange");
    assertThat(asked).hasSize(30);
  }

  @Test
  void shouldTellWhatWasNeverAnswered() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    engine = spi -> Optional.empty();
    assertThat(run(Set.of()).left()).singleElement().asString().contains("it may be lost");
    export.givenAway(given(1));
    control.run(10);
    assertThat(ended).hasSize(1);
  }

  @Test
  void shouldTellWhatWasLostOnItsWay() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    lost.add(0x1001);
    Given given = run(Set.of());
    assertThat(given.sessions()).isEmpty();
    assertThat(given.left()).singleElement().asString().contains("lost: a Child SA");
  }

  @Test
  void shouldRunOnceAtATime() {
    ikeSas.add(Samples.ike(1, 11, 0x1001));
    engine = spi -> Optional.empty();
    assertThat(export.begin(Set.of(), 1, ended::add)).isTrue();
    assertThat(export.running()).isTrue();
    assertThat(export.begin(Set.of(), 1, ended::add)).isFalse();
  }
}
