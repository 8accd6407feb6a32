package io.phalanx.config.text;

import java.util.Optional;
import java.util.function.Function;

/** What came of reading a text: a value, or what is wrong with the text and what to do. */
public sealed interface Parsed<T> {
  record Value<T>(T value) implements Parsed<T> {}

  /**
   * @param problem what is wrong; quotes the text only by {@link Words#quote}
   * @param remedy what to write instead, as an imperative
   */
  record Fault<T>(String problem, String remedy) implements Parsed<T> {}

  static <T> Parsed<T> value(T value) {
    return new Value<>(value);
  }

  static <T> Parsed<T> fault(String problem, String remedy) {
    return new Fault<>(problem, remedy);
  }

  default <R> Parsed<R> then(Function<T, Parsed<R>> next) {
    return switch (this) {
      case Value<T>(var value) -> next.apply(value);
      case Fault<T>(var problem, var remedy) -> fault(problem, remedy);
    };
  }

  default Optional<T> toOptional() {
    return switch (this) {
      case Value<T>(var value) -> Optional.of(value);
      case Fault<T> _ -> Optional.empty();
    };
  }
}
