package io.phalanx.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
  @ParameterizedTest
  @CsvSource({
    "50ms,PT0.05S",
    "10s,PT10S",
    "1 m,PT1M",
    "4h,PT4H",
    "2d,PT48H",
    "0,PT0S",
    "never,PT0S"
  })
  void shouldReadDurations(String text, Duration expected) {
    assertThat(Quantities.duration(text)).isEqualTo(Parsed.value(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "-1s", "1.5s", "s", "10 weeks", "999999999999999999d", "1s1s", "１s"})
  void shouldRefuseWhatIsNoDuration(String text) {
    assertThat(Quantities.duration(text)).isInstanceOf(Parsed.Fault.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"50ms", "90s", "10m", "4h", "2d", "1500ms"})
  void shouldWriteDurationsAsTheyRead(String text) {
    assertThat(Quantities.duration(text).then(value -> Parsed.value(Quantities.text(value))))
        .isEqualTo(Parsed.value(text));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "512,512", "1kB,1000", "1KiB,1024", "4 GiB,4294967296", "2TB,2000000000000"})
  void shouldReadSizes(String text, long expected) {
    assertThat(Quantities.octets(text)).isEqualTo(Parsed.value(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1kb", "1.5GB", "999999999999999999TiB", "GB"})
  void shouldRefuseWhatIsNoSize(String text) {
    assertThat(Quantities.octets(text)).isInstanceOf(Parsed.Fault.class);
  }

  @Test
  void shouldReadNumbers() {
    assertThat(Quantities.integer("-17")).isEqualTo(Parsed.value(-17L));
    assertThat(Quantities.integer("1.0")).isInstanceOf(Parsed.Fault.class);
    assertThat(Quantities.integer("9999999999999999999")).isInstanceOf(Parsed.Fault.class);
    assertThat(Quantities.decimal("1.8")).isEqualTo(Parsed.value(1.8));
    assertThat(Quantities.decimal("1e9")).isInstanceOf(Parsed.Fault.class);
    assertThat(Quantities.decimal("NaN")).isInstanceOf(Parsed.Fault.class);
  }
}
