package io.phalanx.config;

import java.util.List;
import java.util.stream.Collectors;

/** Errors of a configuration file as text for people, in the form that editors can jump to. */
public final class ConfigErrors {
  private ConfigErrors() {}

  /** One line: {@code FILE:LINE:COLUMN: SETTING: PROBLEM - REMEDY}. */
  public static String format(String file, ConfigError error) {
    String place = error.line() == 0 ? "" : ":" + error.line() + ":" + error.column();
    String setting = error.path().isEmpty() ? "" : error.path() + ": ";
    return file + place + ": " + setting + error.problem() + " - " + error.remedy();
  }

  /** A line for each error. */
  public static String format(String file, List<ConfigError> errors) {
    return errors.stream().map(error -> format(file, error)).collect(Collectors.joining("\n"));
  }
}
