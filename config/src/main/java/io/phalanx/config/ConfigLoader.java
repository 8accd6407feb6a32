package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Loads the configuration of a member from a YAML file. Never throws because of its content. */
public final class ConfigLoader {
  private static final int OCTETS_MAX = 8 << 20;

  private ConfigLoader() {}

  /** Loads a file; without {@code listen.loops} there are as many packet loops as cores. */
  public static LoadResult load(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] octets = in.readNBytes(OCTETS_MAX + 1);
      if (octets.length > OCTETS_MAX) {
        return refused("longer than " + OCTETS_MAX + " octets", "split the cluster, or use %any");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
      Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
      return parse(text, directory, Runtime.getRuntime().availableProcessors());
    } catch (CharacterCodingException e) {
      return refused("not in UTF-8", "save it in UTF-8");
    } catch (IOException e) {
      return refused(
          Files.exists(file) ? "the file cannot be read" : "there is no file " + quote("" + file),
          "give the path of a file that the user that runs Phalanx can read");
    }
  }

  /**
   * Reads the text of a configuration file.
   *
   * @param directory what paths in the text are relative to
   * @param cores packet loops where the text does not say
   */
  public static LoadResult parse(String text, Path directory, int cores) {
    Report report = new Report();
    Optional<GatewayConfig> config =
        YamlTree.read(text, report)
            .map(
                root ->
                    new GatewayReader(new SideFiles(directory), report, cores)
                        .read(Item.of(root, "", report)));
    return config.isPresent() && report.errors().isEmpty()
        ? new LoadResult.Loaded(config.get(), report.warnings())
        : new LoadResult.Refused(report.errors());
  }

  private static LoadResult refused(String problem, String remedy) {
    return new LoadResult.Refused(List.of(new ConfigError(0, 0, "", problem, remedy)));
  }
}
