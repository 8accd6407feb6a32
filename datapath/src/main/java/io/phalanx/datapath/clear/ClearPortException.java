package io.phalanx.datapath.clear;

/**
 * A clear port could not be opened. The message is for the operator: what failed, where, and what
 * to do.
 */
public final class ClearPortException extends RuntimeException {
  public ClearPortException(String message) {
    super(message);
  }

  public ClearPortException(String message, Throwable cause) {
    super(message, cause);
  }
}
