package io.phalanx.node.runtime;

/** A member cannot start: the message says what is missing, where, and what to do. */
public final class StartException extends Exception {
  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  StartException(String message) {
    super(message);
  }
}
