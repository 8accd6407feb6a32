package io.phalanx.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.phalanx.config.ConfigLoader;
import io.phalanx.config.LoadResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPartsTest {
  @Test
  void shouldWriteConfigurationsThatLoadWithoutErrors(@TempDir Path directory) throws Exception {
    DemoOptions options = new DemoOptions(5, 2, 100, 20);
    Configs configs = new Configs(directory, new Site("127.80.1"), options, new SecureRandom());
    List<Path> files = new ArrayList<>(List.of(configs.initiator()));
    for (int id = 1; id <= 5; id++) {
      files.add(configs.member(id));
    }
    for (Path file : files) {
      assertThat(ConfigLoader.load(file)).as(file.toString()).isInstanceOf(LoadResult.Loaded.class);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void shouldChooseCopiesAndMajoritySoThatTheSurvivorsSuffice() {
    DemoOptions one = new DemoOptions(3, 1, 100, 20);
    assertThat(one.backups()).isEqualTo(1);
    assertThat(one.minimumMembers()).isEqualTo(2);
    DemoOptions two = new DemoOptions(3, 2, 100, 20);
    assertThat(two.backups()).isEqualTo(2);
    assertThat(two.minimumMembers()).isEqualTo(1);
    assertThat(new DemoOptions(5, 2, 100, 20).minimumMembers()).isEqualTo(3);
  }

  @Test
  void shouldRefuseWhatCannotBeShown() {
    assertThatIllegalArgumentException().isThrownBy(() -> new DemoOptions(3, 3, 100, 60));
    assertThatIllegalArgumentException().isThrownBy(() -> new DemoOptions(1, 0, 100, 20));
    assertThatIllegalArgumentException().isThrownBy(() -> new DemoOptions(3, 1, 0, 20));
    assertThatIllegalArgumentException().isThrownBy(() -> new DemoOptions(3, 1, 100, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DemoOptions(3, 1, 20_000, 60))
        .withMessageContaining("1000000");
  }

  @Test
  void shouldPrintExactlyTheFieldsOfTheSummary() throws Exception {
    JsonNode json = new ObjectMapper().readTree(new ObjectMapper().writeValueAsString(held()));
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "members",
            "killed",
            "sent",
            "lost",
            "duplicated",
            "longestGapMs",
            "takeoverMs",
            "spisChanged",
            "ikeExchangesAfterKill",
            "sequenceNumbersReused",
            "noncesReused",
            "numbersSkipped",
            "replaysSent",
            "replaysAccepted");
  }

  @Test
  void shouldNameEveryGuaranteeThatDidNotHold() {
    assertThat(held().broken()).isEmpty();
    Summary bad =
        new Summary(3, 1, 9, 1, 1, 1, 1, true, 0, 1, 1, 0, 9, 1, false, "none", 0, 0, 0, List.of());
    assertThat(bad.broken()).hasSize(6);
  }

  private static Summary held() {
    return new Summary(
        3, 1, 9, 1, 0, 120.5, 90, false, 2, 0, 0, 64, 9, 0, true, "none", 9, 9, 0, List.of());
  }
}
