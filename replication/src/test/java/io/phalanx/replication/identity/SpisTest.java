package io.phalanx.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SpisTest {
  private static final Secret OLD = Secret.of(filled(1));
  private static final Secret NEW = Secret.of(filled(2));

  private final FakeRegistry registry = new FakeRegistry();

  private static byte[] filled(int value) {
    byte[] octets = new byte[32];
    Arrays.fill(octets, (byte) value);
    return octets;
  }

  @Test
  void espSpisOfThreeMembersNeverCollide() {
    List<EspSpis> members =
        IntStream.range(0, 3).mapToObj(_ -> new EspSpis(List.of(NEW), registry)).toList();
    int[] spis =
        IntStream.range(0, 1_000_000)
            .map(i -> members.get(i % 3).next().orElseThrow())
            .sorted()
            .toArray();
    assertThat(IntStream.range(1, spis.length).noneMatch(i -> spis[i] == spis[i - 1])).isTrue();
    assertThat(IntStream.of(spis).allMatch(members.getFirst()::plausible)).isTrue();
    assertThat(IntStream.of(spis).noneMatch(spi -> spi >= 0 && spi < 256)).isTrue();
  }

  @Test
  void espSpisTellForgedOnesMostly() {
    EspSpis spis = new EspSpis(List.of(NEW), registry);
    long accepted = new Random(1).ints(100_000).filter(spis::plausible).count();
    assertThat(accepted).isBetween(200L, 600L);
    assertThat(IntStream.range(0, 256).noneMatch(spis::plausible)).isTrue();
  }

  @Test
  void shouldKnowSpisOfAnotherClusterWhileTheyAreInUse() {
    EspSpis spis = new EspSpis(List.of(NEW), registry);
    int foreign =
        new Random(3).ints().filter(spi -> !spis.plausible(spi)).findFirst().orElseThrow();
    int own = spis.next().orElseThrow();
    spis.inUse(foreign);
    spis.inUse(own);
    assertThat(spis.plausible(foreign)).isTrue();
    spis.outOfUse(foreign);
    spis.outOfUse(own);
    assertThat(spis.plausible(foreign)).isFalse();
    assertThat(spis.plausible(own)).isTrue();

    IkeSpis ike = new IkeSpis(List.of(NEW), new Random(4)::nextLong);
    ike.inUse(5);
    ike.inUse(5);
    ike.outOfUse(5);
    assertThat(ike.plausible(5)).as("another SA cluster hangs on it").isTrue();
    ike.outOfUse(5);
    assertThat(ike.plausible(5)).isFalse();
  }

  @Test
  void espSpisOfTwoSecretsNeverCollide() {
    EspSpis before = new EspSpis(List.of(OLD), new FakeRegistry());
    EspSpis rotated = new EspSpis(List.of(NEW, OLD), new FakeRegistry());
    int[] old = IntStream.range(0, 100_000).map(_ -> before.next().orElseThrow()).toArray();
    int[] fresh = IntStream.range(0, 100_000).map(_ -> rotated.next().orElseThrow()).toArray();
    assertThat(IntStream.concat(IntStream.of(old), IntStream.of(fresh)).distinct().count())
        .isEqualTo(200_000);
    assertThat(IntStream.of(old).allMatch(rotated::plausible)).isTrue();
    assertThat(IntStream.of(fresh).noneMatch(before::plausible)).isTrue();
  }

  @Test
  void espSpisWaitForTheStore() {
    registry.answers = false;
    EspSpis spis = new EspSpis(List.of(NEW), registry);
    assertThat(spis.next()).isEmpty();
    registry.answers = true;
    assertThat(spis.next()).isPresent();
    registry.answers = false;
    assertThat(IntStream.range(0, 10_000).filter(_ -> spis.next().isPresent()).count())
        .isBetween((long) EspSpis.BLOCK - 2, 2L * EspSpis.BLOCK);
  }

  @Test
  void thePermutationIsOneAndDependsOnTheSecret() {
    SpiPermutation permutation = new SpiPermutation(NEW);
    SpiPermutation other = new SpiPermutation(OLD);
    int[] values = new Random(2).ints(10_000).toArray();
    assertThat(IntStream.of(values).allMatch(v -> permutation.invert(permutation.apply(v)) == v))
        .isTrue();
    assertThat(IntStream.of(values).filter(v -> permutation.apply(v) == other.apply(v)).count())
        .isLessThan(3);
  }

  @Test
  void ikeSpisAreRecognisedAndForgedOnesAreNot() {
    IkeSpis spis = new IkeSpis(List.of(NEW), new Random(3)::nextLong);
    assertThat(LongStream.generate(spis::next).limit(1000).allMatch(spis::plausible)).isTrue();
    assertThat(new Random(4).longs(100_000).filter(spis::plausible).count()).isLessThan(5);
    assertThat(spis.plausible(0)).isFalse();
  }

  @Test
  void ikeSpisOfTheSecretBeforeAreRecognised() {
    long old = new IkeSpis(List.of(OLD), new Random(5)::nextLong).next();
    assertThat(new IkeSpis(List.of(NEW, OLD), new Random(6)::nextLong).plausible(old)).isTrue();
    assertThat(new IkeSpis(List.of(NEW), new Random(6)::nextLong).plausible(old)).isFalse();
  }
}
