package io.phalanx.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents that name tests as their proof name such as there are. */
class DocumentsTest {
  private static final Path ROOT =
      Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
          .filter(each -> Files.isRegularFile(each.resolve("docs/rfc-map.md")))
          .findFirst()
          .orElseThrow();
  private static final Pattern NAMED = Pattern.compile("`([A-Za-z0-9]+)#([A-Za-z0-9]+)`");
  private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|.*$", Pattern.MULTILINE);
  private static final int CASES_OF_HOSTILE_INPUT = 37;

  @Test
  void shouldNameOnlyTestsThatThereAre() throws IOException {
    for (String name : List.of("rfc-map.md", "hostile-input.md")) {
      Matcher named = NAMED.matcher(document(name));
      while (named.find()) {
        assertThat(sourcesOf(named.group(1)))
            .as("%s: %s", name, named.group())
            .anyMatch(source -> source.contains("void " + named.group(2) + "("));
      }
    }
  }

  @Test
  void shouldShowEveryRuleOrSayWhyNot() throws IOException {
    String[] parts = document("rfc-map.md").split("(?m)^## ", -1);
    assertThat(parts).hasSize(10);
    assertComplete(parts[1], 77, "not implemented, because ");
    assertComplete(parts[2], 16, "not implemented, because ");
    assertComplete(parts[3], 12, "not implemented, because ");
    assertComplete(parts[4], 8, "not implemented, because ");
    assertComplete(parts[5], 4, "not implemented, because ");
    assertComplete(parts[6], 9, "not implemented, because ");
    assertComplete(parts[7], 17, "not implemented, because ");
    assertComplete(parts[8], 14, "not implemented, because ");
    assertComplete(parts[9], 5, "not implemented, because ");
    assertComplete(document("hostile-input.md"), CASES_OF_HOSTILE_INPUT, "cannot apply: ");
  }

  private static void assertComplete(String table, int rows, String excuse) {
    List<Integer> numbers = new ArrayList<>();
    Matcher row = ROW.matcher(table);
    while (row.find()) {
      numbers.add(Integer.parseInt(row.group(1)));
      assertThat(row.group())
          .satisfiesAnyOf(
              line -> assertThat(line).containsPattern(NAMED),
              line -> assertThat(line).contains(excuse));
    }
    assertThat(numbers).containsExactlyElementsOf(IntStream.rangeClosed(1, rows).boxed().toList());
  }

  private static String document(String name) throws IOException {
    return Files.readString(ROOT.resolve("docs").resolve(name));
  }

  /** Of each module's test with this name. */
  private static List<String> sourcesOf(String testClass) throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : List.of("config", "datapath", "replication", "node", "it")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(each -> each.endsWith(testClass + ".java")).toList()) {
          sources.add(Files.readString(file));
        }
      }
    }
    return sources;
  }
}
