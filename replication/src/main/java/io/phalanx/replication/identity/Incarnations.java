package io.phalanx.replication.identity;

import io.phalanx.replication.Registry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The numbers of this member's lives: the wall clock in minutes modulo 65536, always after the last
 * one.
 *
 * <p>The last one is remembered twice, since either memory may be lost: on disk (a new machine, a
 * wiped volume) and in the store (the whole cluster was down). The clock alone takes over only when
 * both are gone, and with them every key that the old incarnations have sealed for.
 *
 * <p>A member that restarts more often than once a minute runs ahead of the clock, which catches up
 * in quiet times. A number comes back after 45 days at the earliest, far beyond the life of a key.
 */
public final class Incarnations {
  private static final long MINUTE_MILLIS = 60_000;

  private final int member;
  private final Path file;
  private final Registry registry;
  private final Executor disk;

  /**
   * @param disk where the file is written: never a thread that must not block
   */
  public Incarnations(int member, Path stateDirectory, Registry registry, Executor disk) {
    this.member = member;
    this.file = stateDirectory.resolve("incarnation");
    this.registry = registry;
    this.disk = disk;
  }

  /**
   * Takes a new incarnation. It is on disk and in the store before the stage completes.
   *
   * @param nowMillis wall clock
   * @return 0..65535, or empty if the store did not answer; the stage completes with an {@link
   *     UncheckedIOException} if the file cannot be read or written
   */
  public CompletionStage<Optional<Integer>> next(long nowMillis) {
    return CompletableFuture.supplyAsync(() -> proposal(nowMillis), disk)
        .thenCompose(proposed -> registry.nextIncarnation(member, proposed))
        .thenApplyAsync(noted -> noted.map(this::remembered), disk);
  }

  private int proposal(long nowMillis) {
    int minutes = (int) (nowMillis / MINUTE_MILLIS) & SerialNumbers.MASK;
    OptionalInt last = last();
    return last.isPresent() ? SerialNumbers.above(last.getAsInt(), minutes) : minutes;
  }

  private OptionalInt last() {
    try {
      if (!Files.exists(file)) {
        return OptionalInt.empty();
      }
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > SerialNumbers.MASK) {
        throw new IOException(file + " does not hold an incarnation (0..65535)");
      }
      return OptionalInt.of(Integer.parseInt(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new file, synced, put in the place of the old one: a crash leaves one of the two. */
  private int remembered(int incarnation) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory == null) {
        throw new IOException(file + " is in no directory");
      }
      Files.createDirectories(directory);
      Path fresh = directory.resolve("incarnation.new");
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer text = StandardCharsets.US_ASCII.encode(incarnation + "\n");
        while (text.hasRemaining()) {
          channel.write(text);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
      return incarnation;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
