package io.phalanx.it.process;

import java.util.HashMap;
import java.util.Map;

/** Samples of one scrape, by name and labels as they stand in the text. */
public record Metrics(Map<String, Double> samples) {
  static Metrics parse(String text) {
    Map<String, Double> samples = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#") && line.contains(" "))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              samples.put(line.substring(0, space), number(line.substring(space + 1)));
            });
    return new Metrics(Map.copyOf(samples));
  }

  /**
   * The sum of all samples whose name and labels begin so, for example {@code
   * phalanx_dropped_packets_total{reason="replayed"}}.
   */
  public long sum(String prefix) {
    return Math.round(
        samples.entrySet().stream()
            .filter(sample -> sample.getKey().startsWith(prefix))
            .mapToDouble(Map.Entry::getValue)
            .sum());
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
