package io.phalanx.it.balancer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A member as the balancer sees it.
 *
 * @param name unique, for logs and for the hash
 * @param readiness where {@code GET /readyz} is answered
 */
public record Backend(
    String name, InetAddress address, int ikePort, int natPort, InetSocketAddress readiness) {
  private static final String ADDRESS = "(\\[[0-9a-fA-F:.]+\\]|[0-9.]+)";
  private static final Pattern TEXT =
      Pattern.compile(
          "(?<name>[\\w.-]+)="
              + ADDRESS.replace("(", "(?<address>")
              + ":(?<ike>\\d{1,5}):(?<nat>\\d{1,5})@"
              + ADDRESS.replace("(", "(?<admin>")
              + ":(?<port>\\d{1,5})");

  /**
   * Reads {@code NAME=ADDRESS:IKE-PORT:NAT-PORT@ADMIN-ADDRESS:ADMIN-PORT}; IPv6 in brackets.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public static Backend parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not NAME=ADDRESS:IKE-PORT:NAT-PORT@ADMIN-ADDRESS:ADMIN-PORT: " + text);
    }
    return new Backend(
        matcher.group("name"),
        literal(matcher.group("address")),
        Integer.parseInt(matcher.group("ike")),
        Integer.parseInt(matcher.group("nat")),
        new InetSocketAddress(
            literal(matcher.group("admin")), Integer.parseInt(matcher.group("port"))));
  }

  /** Where datagrams of a listener of this kind go. */
  public InetSocketAddress endpoint(Port port) {
    return new InetSocketAddress(address, port == Port.IKE ? ikePort : natPort);
  }

  private static InetAddress literal(String text) {
    return InetAddress.ofLiteral(text.replace("[", "").replace("]", ""));
  }
}
