package io.phalanx.it.lab;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Moves files over streams and takes their SHA-256 on the way. */
final class Transfer {
  private static final int CHUNK_OCTETS = 1 << 16;

  private Transfer() {}

  static byte[] send(Path file, OutputStream out) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK_OCTETS];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
        out.write(chunk, 0, read);
      }
    }
    return digest.digest();
  }

  static byte[] receive(InputStream in, long length, Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK_OCTETS];
    try (OutputStream out = Files.newOutputStream(file)) {
      long left = length;
      while (left > 0) {
        int read = in.read(chunk, 0, (int) Math.min(left, chunk.length));
        if (read < 0) {
          throw new EOFException(left + " octets are missing");
        }
        digest.update(chunk, 0, read);
        out.write(chunk, 0, read);
        left -= read;
      }
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
