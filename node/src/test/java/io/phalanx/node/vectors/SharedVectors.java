package io.phalanx.node.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Data of other projects that may lie beside this one, in {@code shared/vectors} of a directory
 * above. Their licences differ, so none of it is part of the project, and nothing here needs it:
 * where it is absent, tests that look for it say so and check nothing.
 */
public final class SharedVectors {
  private static final int FILE_CHARACTERS_MAX = 64 << 20;

  private SharedVectors() {}

  /** A file; empty, and a line on standard output, where it is absent. */
  public static Optional<Path> file(String name) {
    Optional<Path> file =
        Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
            .map(path -> path.resolve("shared/vectors").resolve(name))
            .filter(Files::isRegularFile)
            .findFirst();
    if (file.isEmpty()) {
      System.out.println("shared/vectors/" + name + " is absent: not checked against it");
    }
    return file;
  }

  /** A file as text; empty where it is absent. */
  public static Optional<String> string(String name) {
    return file(name).map(SharedVectors::read);
  }

  /** A JSON file, as maps and lists; empty where it is absent. */
  public static Optional<Map<?, ?>> json(String name) {
    return string(name).map(SharedVectors::parse);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  private static Map<?, ?> parse(String json) {
    // JSON is, but for corners that are not used there, a part of YAML.
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(FILE_CHARACTERS_MAX)
            .setAllowDuplicateKeys(true)
            .build();
    return (Map<?, ?>) new Load(settings).loadFromString(json);
  }

  /** The maps in a list that is a member of a map; none where there is no such member. */
  public static List<Map<?, ?>> maps(Map<?, ?> map, String member) {
    return map.get(member) instanceof List<?> list
        ? list.stream().<Map<?, ?>>map(each -> (Map<?, ?>) each).toList()
        : List.of();
  }

  /** The map that is a member of a map; an empty one where there is no such member. */
  public static Map<?, ?> map(Map<?, ?> map, String member) {
    return map.get(member) instanceof Map<?, ?> inner ? inner : Map.of();
  }

  public static byte[] hex(Map<?, ?> map, String member) {
    return HexFormat.of().parseHex(String.valueOf(map.get(member)));
  }

  public static String text(Map<?, ?> map, String member) {
    return String.valueOf(map.get(member));
  }
}
