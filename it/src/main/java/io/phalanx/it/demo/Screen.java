package io.phalanx.it.demo;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** Where the demo tells what happens: events as lines, and on a terminal a live line below them. */
final class Screen {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintWriter out;
  private final boolean silent;
  private final boolean live;
  private final long startNanos = System.nanoTime();
  private boolean liveShown;

  private Screen(PrintWriter out, boolean silent, boolean live) {
    this.out = out;
    this.silent = silent;
    this.live = live;
  }

  static Screen silent(PrintWriter out) {
    return new Screen(out, true, false);
  }

  static Screen of(PrintWriter out) {
    return new Screen(
        out, false, Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent());
  }

  /** One thing that happened. */
  synchronized void event(String text) {
    if (silent) {
      return;
    }
    if (liveShown) {
      out.print(CLEAR_LINE);
      liveShown = false;
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.println(String.format(Locale.ROOT, "%7.2f s  %s", seconds, text));
    out.flush();
  }

  /** How things stand; shown on a terminal only, and overwritten by the next. */
  synchronized void live(String text) {
    if (live) {
      out.print(CLEAR_LINE + "           " + text);
      out.flush();
      liveShown = true;
    }
  }

  /** A line of the result, without a time. */
  synchronized void line(String text) {
    if (!silent) {
      if (liveShown) {
        out.print(CLEAR_LINE);
        liveShown = false;
      }
      out.println(text);
      out.flush();
    }
  }
}
