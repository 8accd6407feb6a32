package io.phalanx.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void shouldFindTheWordThatWasMeant() {
    var known = List.of("heartbeat", "suspect-after", "members");
    assertThat(Words.nearest("hartbeat", known)).contains("heartbeat");
    assertThat(Words.nearest("suspect_after", known)).contains("suspect-after");
    assertThat(Words.nearest("window", known)).isEmpty();
    assertThat(Words.nearest("x".repeat(100_000), known)).isEmpty();
  }

  @Test
  void shouldQuoteWithoutControlCharactersAndNotAtLength() {
    assertThat(Words.quote("a\u001b[31mb\n")).isEqualTo("\"a\uFFFD[31mb\uFFFD\"");
    assertThat(Words.quote("y".repeat(61))).isEqualTo("\"" + "y".repeat(60) + "...\"");
  }
}
