import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs google-java-format over every Java file of the modules: {@code Format check|apply ROOT}. A
 * check passes over files that have not changed since the last one that found nothing.
 */
class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    Path root = Path.of(args[1]);
    Path stamp = root.resolve("target/formatted");
    FileTime begun = FileTime.from(Instant.now());
    FileTime since =
        !apply && Files.exists(stamp)
            ? Files.getLastModifiedTime(stamp)
            : FileTime.from(Instant.EPOCH);
    int options = arguments.size();
    try (var files = Files.walk(root)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().contains("target/"))
          .filter(file -> changedSince(file, since))
          .map(Path::toString)
          .sorted()
          .forEach(arguments::add);
    }
    if (arguments.size() == options) {
      return;
    }
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    int status = new Main(out, err, System.in).format(arguments.toArray(String[]::new));
    out.flush();
    if (status != 0 && !apply) {
      err.println("The files above are not formatted. Run: ./phalanx format");
    }
    if (status == 0 && !apply) {
      Files.createDirectories(stamp.getParent());
      Files.write(stamp, new byte[0]);
      Files.setLastModifiedTime(stamp, begun);
    }
    System.exit(status);
  }

  private static boolean changedSince(Path file, FileTime time) {
    try {
      return Files.getLastModifiedTime(file).compareTo(time) >= 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
