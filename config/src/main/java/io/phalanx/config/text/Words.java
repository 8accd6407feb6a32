package io.phalanx.config.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Words of people: quoting them safely, and guessing which one was meant. */
public final class Words {
  private static final int QUOTED_CHARS_MAX = 60;

  private Words() {}

  /** The text in quotes, cut to a sensible length and without control characters. */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(QUOTED_CHARS_MAX)
        .forEach(point -> quoted.appendCodePoint(printable(point) ? point : 0xFFFD));
    if (text.codePointCount(0, text.length()) > QUOTED_CHARS_MAX) {
      quoted.append("...");
    }
    return quoted.append('"').toString();
  }

  private static boolean printable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** The known word that differs least from {@code word}, if it does not differ in too much. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    int tolerated = word.length() < 4 ? 1 : Math.max(2, Math.min(word.length(), 12) / 3);
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .filter(candidate -> distance(word, candidate) <= tolerated);
  }

  /** Insertions, deletions and replacements between two words (Levenshtein), rows at a time. */
  private static int distance(String from, String to) {
    if (Math.abs(from.length() - to.length()) > 12) {
      return Integer.MAX_VALUE;
    }
    int[] row = new int[to.length() + 1];
    for (int column = 0; column < row.length; column++) {
      row[column] = column;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
