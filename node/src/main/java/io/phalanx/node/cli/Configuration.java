package io.phalanx.node.cli;

import io.phalanx.config.ConfigError;
import io.phalanx.config.ConfigLoader;
import io.phalanx.config.GatewayConfig;
import io.phalanx.config.LoadResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Loads a configuration for a command and tells a person what is wrong with it. */
final class Configuration {
  private Configuration() {}

  /**
   * @param err gets a line for each error and warning: {@code FILE:LINE:COLUMN: ...}
   * @return empty if the file is refused
   */
  static Optional<GatewayConfig> load(Path file, PrintWriter err) {
    return switch (ConfigLoader.load(file)) {
      case LoadResult.Loaded(GatewayConfig config, List<ConfigError> warnings) -> {
        warnings.forEach(warning -> err.println(line(file, "warning", warning)));
        err.flush();
        yield Optional.of(config);
      }
      case LoadResult.Refused(List<ConfigError> errors) -> {
        errors.forEach(error -> err.println(line(file, "error", error)));
        err.flush();
        yield Optional.empty();
      }
    };
  }

  private static String line(Path file, String severity, ConfigError error) {
    String place = error.line() > 0 ? ":" + error.line() + ":" + error.column() : "";
    String setting = error.path().isEmpty() ? "" : error.path() + ": ";
    return "%s%s: %s: %s%s: %s"
        .formatted(file, place, severity, setting, error.problem(), error.remedy());
  }
}
