package io.phalanx.replication.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Golden images: octets as hex, and behind an empty line the same as text. Its main program writes
 * those of the version in force to a directory; those of an older version are never written again.
 */
final class GoldenImages {
  private static final int HEX_DIGITS_PER_LINE = 96;

  static final IkeSaImage IKE_SA = Images.ikeSa(0x0102030405060708L);
  static final SaClusterImage SA_CLUSTER =
      Images.saCluster(0xc0000001, List.of(0xc0000001, 0xc0000002));
  static final RouteImage ROUTE = new RouteImage(7, 8, List.of(7, 9), SA_CLUSTER.remoteSelectors());

  private GoldenImages() {}

  /** The octets of a golden file. */
  static byte[] read(String name) throws IOException {
    try (var in = GoldenImages.class.getResourceAsStream(name + ".hex")) {
      if (in == null) {
        throw new IOException("no golden image " + name);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.substring(0, text.indexOf("\n\n")).replace("\n", ""));
    }
  }

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    String suffix = "-v" + ImageCodec.VERSION + ".hex";
    write(directory.resolve("ike-sa" + suffix), ImageCodec.ofIkeSas().encode(IKE_SA));
    write(directory.resolve("sa-cluster" + suffix), ImageCodec.ofSaClusters().encode(SA_CLUSTER));
    write(directory.resolve("route" + suffix), ImageCodec.ofRoutes().encode(ROUTE));
  }

  private static void write(Path file, byte[] octets) throws IOException {
    String hex = HexFormat.of().formatHex(octets);
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < hex.length(); at += HEX_DIGITS_PER_LINE) {
      out.append(hex, at, Math.min(hex.length(), at + HEX_DIGITS_PER_LINE)).append('\n');
    }
    out.append("\nversion ").append(octets[0]).append('\n');
    describe(new CBORMapper().readTree(Arrays.copyOfRange(octets, 1, octets.length)), "", out);
    Files.writeString(file, out);
  }

  private static void describe(JsonNode node, String path, StringBuilder out) throws IOException {
    if (node.isObject()) {
      for (var property : node.properties()) {
        String name = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
        describe(property.getValue(), name, out);
      }
    } else if (node.isArray()) {
      for (int at = 0; at < node.size(); at++) {
        describe(node.get(at), path + "[" + at + "]", out);
      }
    } else {
      String value =
          node.isBinary()
              ? "h'" + HexFormat.of().formatHex(node.binaryValue()) + "'"
              : node.toString();
      out.append(path).append(" = ").append(value).append('\n');
    }
  }
}
