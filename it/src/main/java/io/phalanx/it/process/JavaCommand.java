package io.phalanx.it.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds the command line of a further JVM with our class path and the flags that it needs. */
public final class JavaCommand {
  private static final String MAIN = "io.phalanx.node.cli.Phalanx";

  private JavaCommand() {}

  /** {@code phalanx ARGUMENTS} in a small JVM. */
  public static List<String> phalanx(List<String> arguments) {
    return of(MAIN, arguments);
  }

  /** {@code phalanx ARGUMENTS} as it runs in earnest, but for these options of the JVM. */
  public static List<String> measured(List<String> options, List<String> arguments) {
    return command(options, MAIN, arguments);
  }

  /** Any main class of ours. */
  public static List<String> of(String mainClass, List<String> arguments) {
    // Small heaps and the serial collector: several of these share one machine.
    return command(
        List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), mainClass, arguments);
  }

  private static List<String> command(
      List<String> options, String mainClass, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(flags());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  private static List<String> flags() {
    try (InputStream in = JavaCommand.class.getResourceAsStream("/jvm.flags")) {
      if (in == null) {
        throw new IllegalStateException("jvm.flags is not on the class path");
      }
      return List.of(
          new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\\s+", -1));
    } catch (IOException failed) {
      throw new IllegalStateException("jvm.flags cannot be read", failed);
    }
  }
}
