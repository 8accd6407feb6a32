package io.phalanx.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gathers what is wrong with a configuration.
 *
 * <p>A reader that meets an error reports it and goes on with a made-up value, so that one run
 * finds all errors. Checks between settings ask {@link #clean} first, lest they judge made-up
 * values.
 */
final class Report {
  private static final int KEPT_MAX = 1000;
  private static final int SHOWN_MAX = 100;
  private static final Comparator<ConfigError> BY_PLACE =
      Comparator.comparingInt(ConfigError::line).thenComparingInt(ConfigError::column);

  private final List<ConfigError> errors = new ArrayList<>();
  private final List<ConfigError> warnings = new ArrayList<>();

  void error(ConfigError error) {
    keep(errors, error);
  }

  void warning(ConfigError warning) {
    keep(warnings, warning);
  }

  /** Aliases in YAML can make one wrong line count millions of times. */
  private static void keep(List<ConfigError> kept, ConfigError error) {
    if (kept.size() < KEPT_MAX) {
      kept.add(error);
    }
  }

  /** Whether nothing is wrong with any of these settings, what is in them, or what they are in. */
  boolean clean(String... paths) {
    return errors.size() < KEPT_MAX
        && Stream.of(paths)
            .noneMatch(
                path ->
                    errors.stream()
                        .anyMatch(
                            error -> within(error.path(), path) || within(path, error.path())));
  }

  private static boolean within(String inner, String outer) {
    return inner.startsWith(outer)
        && (outer.isEmpty()
            || inner.length() == outer.length()
            || inner.charAt(outer.length()) == '.'
            || inner.charAt(outer.length()) == '[');
  }

  List<ConfigError> errors() {
    return shown(errors);
  }

  List<ConfigError> warnings() {
    return shown(warnings);
  }

  private static List<ConfigError> shown(List<ConfigError> found) {
    List<ConfigError> shown =
        new ArrayList<>(found.stream().distinct().sorted(BY_PLACE).limit(SHOWN_MAX).toList());
    if (found.size() > SHOWN_MAX) {
      shown.add(new ConfigError(0, 0, "", "there is more than is shown", "correct this first"));
    }
    return List.copyOf(shown);
  }
}
