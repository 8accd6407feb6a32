package io.phalanx.it.interop;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.function.Executable;

/** Steps of a test that are the same for each of several scenarios. */
final class Steps {
  private Steps() {}

  /** One step for each scenario, under its name. */
  static DynamicNode each(
      String what, List<Scenario> scenarios, Function<Scenario, Executable> test) {
    return each(what, scenarios, Scenario::name, test);
  }

  /** Likewise, for whatever has a name. */
  static <T> DynamicNode each(
      String what, List<T> all, Function<T, String> name, Function<T, Executable> test) {
    return dynamicContainer(
        what, all.stream().map(one -> dynamicTest(name.apply(one), test.apply(one))));
  }
}
