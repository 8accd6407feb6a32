package io.phalanx.it.lab;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code FileServer PORT FILE}: takes a file of a client ({@code U}, length, octets) and answers
 * with its SHA-256, or sends it back ({@code D}).
 */
public final class FileServer {
  private FileServer() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[1]);
    try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[0]))) {
      System.out.println("listening");
      while (true) {
        try (Socket client = server.accept()) {
          serve(client, file);
        } catch (IOException failed) {
          System.out.println("failed: " + failed);
        }
      }
    }
  }

  private static void serve(Socket client, Path file) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    DataOutputStream out = new DataOutputStream(client.getOutputStream());
    if (in.read() == 'U') {
      out.write(Transfer.receive(in, in.readLong(), file));
    } else {
      out.writeLong(Files.size(file));
      Transfer.send(file, out);
    }
    out.flush();
  }
}
