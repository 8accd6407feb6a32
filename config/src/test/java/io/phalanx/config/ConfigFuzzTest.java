package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a configuration, or refused with a line and a remedy. */
class ConfigFuzzTest {
  private static final Path NOWHERE = Path.of("/nowhere");

  static Stream<byte[]> seeds() {
    return Stream.of("", "a: &a [*a]", "? [\n", Example.MINIMAL, Example.shipped())
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldLoadOrRefuse(byte[] octets) {
    LoadResult result = ConfigLoader.parse(new String(octets, StandardCharsets.UTF_8), NOWHERE, 2);
    if (result instanceof LoadResult.Refused(var errors)) {
      assertThat(errors).isNotEmpty().noneMatch(each -> each.problem().isBlank());
    }
  }
}
