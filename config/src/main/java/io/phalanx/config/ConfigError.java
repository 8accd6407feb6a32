package io.phalanx.config;

/**
 * Something about a configuration file that the operator is to change. Holds no secrets.
 *
 * @param line 1-based; 0 where it concerns the file as a whole
 * @param column 1-based; 0 likewise
 * @param path the setting, such as {@code connections[0].dpd}; empty for the whole file
 * @param problem what is wrong
 * @param remedy what to write instead
 */
public record ConfigError(int line, int column, String path, String problem, String remedy) {}
