package io.phalanx.node.cli;

import java.util.List;

/**
 * Further commands of {@code phalanx}, found by {@link java.util.ServiceLoader}: how modules above
 * this one add theirs.
 */
public interface CommandProvider {
  /** Objects that picocli understands as commands. */
  List<Object> commands();
}
