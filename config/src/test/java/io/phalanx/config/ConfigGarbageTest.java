package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.LoadResult.Loaded;
import io.phalanx.config.LoadResult.Refused;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the file holds, the answer is a configuration or errors that have a place and a text.
 */
class ConfigGarbageTest {
  private static final String ALPHABET =
      "abcxyz0123456789 \n\t:-[]{},#&*!|>'\"%@`?~./\\\u0000\u0007\u00e9\u4e2d\ud83d\ufeff";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldJudgeSpoiledConfigurations(long seed) throws Exception {
    Example.writeInto(directory);
    Random random = new Random(seed);
    String shipped = Example.shipped();
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder(i % 2 == 0 ? shipped : Example.MINIMAL);
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        spoil(text, random);
      }
      shouldJudge(text.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void shouldJudgeNoise(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(200); length > 0; length--) {
        text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      }
      shouldJudge(text.toString());
    }
  }

  @Test
  void shouldJudgeEveryBeginningOfAConfiguration() {
    for (int length = 0; length < Example.MINIMAL.length(); length++) {
      shouldJudge(Example.MINIMAL.substring(0, length));
    }
  }

  private static void spoil(StringBuilder text, Random random) {
    int at = random.nextInt(text.length());
    int end = Math.min(text.length(), at + 1 + random.nextInt(30));
    switch (random.nextInt(4)) {
      case 0 -> text.setCharAt(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      case 1 -> text.insert(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      case 2 -> text.delete(at, end);
      default -> text.insert(random.nextInt(text.length()), text.substring(at, end));
    }
  }

  private void shouldJudge(String text) {
    switch (ConfigLoader.parse(text, directory, 1)) {
      case Loaded(var config, _) -> assertThat(config.connections()).isNotEmpty();
      case Refused(var errors) ->
          assertThat(errors)
              .isNotEmpty()
              .allSatisfy(
                  error -> {
                    assertThat(error.problem()).isNotBlank();
                    assertThat(error.remedy()).isNotBlank();
                    assertThat(error.line()).isNotNegative();
                  });
    }
  }
}
