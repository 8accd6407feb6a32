package io.phalanx.it.lab;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps IKE messages between client and balancer from arriving, until it is opened: so that a
 * member can be killed in the middle of an exchange.
 */
public final class Gate implements AutoCloseable {
  private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");
  // Octets from the beginning of the UDP header: an IKE message on the NAT port stands behind four
  // zeros (RFC 3948 §2.2); exchange type and flags are at 18 and 19 of its header (RFC 7296 §3.1).
  private static final String MESSAGE = "@th,64,32 0 @th,240,8 %d @th,248,8 & 0x20 == 0x%s";
  private final List<String> prefix;

  private Gate(List<String> prefix) {
    this.prefix = prefix;
  }

  /** Holds what a rule of nftables matches on its way into a namespace. */
  static Gate hold(List<String> prefix, String match) throws IOException, InterruptedException {
    String table =
        """
        table inet gate {
          counter held { }
          chain before {
            type filter hook prerouting priority -300;
            %s counter name held drop
          }
        }
        """
            .formatted(match);
    Shell.must(Shell.join(prefix, List.of("nft", table)));
    return new Gate(prefix);
  }

  /** Matches requests of an exchange on their way to the balancer. */
  static String requests(int exchangeType) {
    return "udp dport 4500 " + MESSAGE.formatted(exchangeType, "00");
  }

  /** Matches IKE_SA_INIT that begins with a COOKIE, the first payload of which is a notify. */
  static String cookies() {
    return "udp dport 500 @th,192,8 41";
  }

  /** Matches responses of an exchange on their way to the client. */
  static String responses(int exchangeType) {
    return "udp sport 4500 " + MESSAGE.formatted(exchangeType, "20");
  }

  /** Datagrams held so far; retransmissions count. */
  public int held() throws IOException, InterruptedException {
    String counter =
        Shell.must(Shell.join(prefix, List.of("nft", "list", "counter", "inet", "gate", "held")));
    Matcher packets = PACKETS.matcher(counter);
    return packets.find() ? Integer.parseInt(packets.group(1)) : 0;
  }

  /** Opens the gate. What was held is lost, as any datagram may be. */
  @Override
  public void close() throws IOException {
    try {
      Shell.must(Shell.join(prefix, List.of("nft", "delete", "table", "inet", "gate")));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
