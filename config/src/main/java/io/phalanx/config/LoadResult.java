package io.phalanx.config;

import java.util.List;

/** What came of loading a configuration file. */
public sealed interface LoadResult {
  /**
   * The file is right.
   *
   * @param warnings what works but should not stay so
   */
  record Loaded(GatewayConfig config, List<ConfigError> warnings) implements LoadResult {}

  /**
   * The file is wrong.
   *
   * @param errors all that was found, in the order of the file; never empty
   */
  record Refused(List<ConfigError> errors) implements LoadResult {}
}
