package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.text.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Files that the configuration names; their paths are relative to the configuration file. */
final class SideFiles {
  private static final int OCTETS_MAX = 1 << 20;
  private static final Path MADE_UP = Path.of("missing");

  private final Path directory;

  SideFiles(Path directory) {
    this.directory = directory;
  }

  /** A path that need not exist. */
  Path path(Item item) {
    return item.read(this::resolve, MADE_UP);
  }

  /** A file that exists and contains a PEM object of this kind. */
  Path pem(Item item, String kind, String remedy) {
    Path file = path(item);
    read(item, file)
        .filter(content -> !content.contains("-----BEGIN " + kind + "-----"))
        .ifPresent(
            content ->
                item.error("the file " + quote(file.toString()) + " holds no " + kind, remedy));
    return file;
  }

  /** The content of the file that {@code item} names, without a line end at its end. */
  Optional<String> content(Item item) {
    Path file = path(item);
    return read(item, file).map(content -> content.replaceFirst("\\R$", ""));
  }

  private static Optional<String> read(Item item, Path file) {
    if (file.equals(MADE_UP)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file)) {
      item.error(
          "there is no file " + quote(file.toString()),
          "create it, or write its path relative to the configuration file");
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(new String(in.readNBytes(OCTETS_MAX), StandardCharsets.UTF_8));
    } catch (IOException e) {
      item.error(
          "the file " + quote(file.toString()) + " cannot be read",
          "let the user that runs Phalanx read it");
      return Optional.empty();
    }
  }

  private Parsed<Path> resolve(String text) {
    try {
      return Parsed.value(directory.resolve(text).normalize());
    } catch (InvalidPathException e) {
      return Parsed.fault(quote(text) + " is not a path", "write the path of a file");
    }
  }
}
