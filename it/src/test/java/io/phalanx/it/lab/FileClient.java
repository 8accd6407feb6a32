package io.phalanx.it.lab;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * {@code FileClient ADDRESS PORT FILE BACK}: sends a file, gets it back, prints the three SHA-256:
 * of what it sent, of what the server got, of what came back.
 */
public final class FileClient {
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
  private static final int READ_TIMEOUT_MILLIS = 60_000;

  private FileClient() {}

  public static void main(String[] arguments) throws Exception {
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
    Path file = Path.of(arguments[2]);
    HexFormat hex = HexFormat.of();
    try (Socket up = connect(server)) {
      DataOutputStream out = new DataOutputStream(up.getOutputStream());
      out.write('U');
      out.writeLong(Files.size(file));
      byte[] sent = Transfer.send(file, out);
      out.flush();
      System.out.println("sent " + hex.formatHex(sent));
      byte[] got = up.getInputStream().readNBytes(32);
      System.out.println("got " + hex.formatHex(got));
    }
    try (Socket down = connect(server)) {
      down.getOutputStream().write('D');
      DataInputStream in = new DataInputStream(down.getInputStream());
      byte[] back = Transfer.receive(in, in.readLong(), Path.of(arguments[3]));
      System.out.println("back " + hex.formatHex(back));
    }
  }

  private static Socket connect(InetSocketAddress server) throws Exception {
    Socket socket = new Socket();
    socket.connect(server, CONNECT_TIMEOUT_MILLIS);
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    return socket;
  }
}
