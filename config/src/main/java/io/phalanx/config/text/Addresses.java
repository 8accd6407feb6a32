package io.phalanx.config.text;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.net.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** IP addresses, blocks and sockets as literals; a name is never resolved. */
public final class Addresses {
  /** Four numbers: the JDK would also take 10.1 for 10.0.0.1, which nobody means. */
  private static final Pattern IPV4 =
      Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");

  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private Addresses() {}

  public static Parsed<InetAddress> address(String text) {
    if (IPV4.matcher(text).matches() || IPV6.matcher(text).matches()) {
      try {
        return Parsed.value(InetAddress.ofLiteral(text));
      } catch (IllegalArgumentException outOfRange) {
        // Falls through: 10.0.0.256, 1:::2.
      }
    }
    return Parsed.fault(
        quote(text) + " is not an IP address",
        "write an address such as 192.0.2.1 or 2001:db8::1; names are not resolved");
  }

  /** {@code ADDRESS/BITS}, or an address alone for just this one. */
  public static Parsed<IpPrefix> prefix(String text) {
    int slash = text.indexOf('/');
    String bits = slash < 0 ? "" : text.substring(slash + 1);
    return address(slash < 0 ? text : text.substring(0, slash))
        .then(
            address -> {
              int width = address.getAddress().length * 8;
              if (slash < 0) {
                return Parsed.value(new IpPrefix(address, width));
              }
              return BITS.matcher(bits).matches() && Integer.parseInt(bits) <= width
                  ? Parsed.value(new IpPrefix(address, Integer.parseInt(bits)))
                  : Parsed.fault(
                      "the prefix length of " + quote(text) + " is wrong",
                      "write a number from 0 to " + width + " after the slash");
            });
  }

  /** {@code 192.0.2.1:500} or {@code [2001:db8::1]:500}. */
  public static Parsed<InetSocketAddress> endpoint(String text) {
    return endpoint(text, OptionalInt.empty());
  }

  /** The same; without a port, {@code portIfNone}. */
  public static Parsed<InetSocketAddress> endpoint(String text, int portIfNone) {
    return endpoint(text, OptionalInt.of(portIfNone));
  }

  private static Parsed<InetSocketAddress> endpoint(String text, OptionalInt portIfNone) {
    if (portIfNone.isPresent() && address(text) instanceof Parsed.Value<InetAddress>(var bare)) {
      return Parsed.value(new InetSocketAddress(bare, portIfNone.getAsInt()));
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    String port = colon < 0 ? "" : text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String literal = bracketed ? host.substring(1, host.length() - 1) : host;
    if (!PORT.matcher(port).matches() || bracketed != literal.contains(":")) {
      return Parsed.fault(
          quote(text) + " is not an address with a port",
          "write for example 192.0.2.1:500, or \"[2001:db8::1]:500\" in quotes");
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > 65535) {
      return Parsed.fault(
          "the port of " + quote(text) + " is out of range", "use a port from 1 to 65535");
    }
    return address(literal).then(at -> Parsed.value(new InetSocketAddress(at, number)));
  }

  /** The literal that {@link #endpoint(String)} reads. */
  public static String text(InetSocketAddress endpoint) {
    String host = endpoint.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + endpoint.getPort();
  }
}
