package io.phalanx.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarnationsTest {
  private static final long MINUTE = 60_000;

  @TempDir Path directory;
  private final FakeRegistry registry = new FakeRegistry();

  private Optional<Integer> next(long minutes) {
    return new Incarnations(7, directory, registry, Runnable::run)
        .next(minutes * MINUTE)
        .toCompletableFuture()
        .join();
  }

  @Test
  void shouldBeTheMinutesOfTheClockModulo65536() {
    assertThat(next(65_536L * 400 + 1234)).contains(1234);
  }

  @Test
  void shouldCountOnWhenRestartedWithinAMinute() {
    assertThat(next(100)).contains(100);
    assertThat(next(100)).contains(101);
    assertThat(next(100)).contains(102);
    assertThat(next(200)).contains(200);
  }

  @Test
  void shouldStayAboveTheLastOneWhenTheClockIsSetBack() {
    assertThat(next(5000)).contains(5000);
    assertThat(next(10)).contains(5001);
  }

  @Test
  void shouldWrapAround() {
    assertThat(next(65_535)).contains(65_535);
    assertThat(next(65_535)).contains(0);
    assertThat(next(65_535)).contains(1);
    assertThat(next(65_536 + 9)).contains(9);
  }

  @Test
  void shouldRememberOnDiskWhenTheStoreForgot() {
    assertThat(next(5000)).contains(5000);
    registry.incarnations.clear();
    assertThat(next(4000)).contains(5001);
  }

  @Test
  void shouldRememberInTheStoreWhenTheDiskForgot() throws IOException {
    assertThat(next(5000)).contains(5000);
    Files.delete(directory.resolve("incarnation"));
    assertThat(next(4000)).contains(5001);
    assertThat(Files.readString(directory.resolve("incarnation"))).isEqualTo("5001\n");
  }

  @Test
  void shouldTakeNoneWhileTheStoreDoesNotAnswer() {
    registry.answers = false;
    assertThat(next(5000)).isEmpty();
    assertThat(directory.resolve("incarnation")).doesNotExist();
  }

  @Test
  void shouldRefuseAFileThatHoldsSomethingElse() throws IOException {
    Files.writeString(directory.resolve("incarnation"), "65536\n");
    assertThatThrownBy(() -> next(1)).hasMessageContaining("does not hold an incarnation");
  }

  @Test
  void serialNumbersCompareAcrossTheWrap() {
    assertThat(SerialNumbers.after(1, 65_535)).isTrue();
    assertThat(SerialNumbers.after(65_535, 1)).isFalse();
    assertThat(SerialNumbers.after(5, 5)).isFalse();
    assertThat(SerialNumbers.after(32_767, 0)).isTrue();
    assertThat(SerialNumbers.after(32_768, 0)).isFalse();
    assertThat(SerialNumbers.above(7, 32_775)).isEqualTo(8);
  }
}
