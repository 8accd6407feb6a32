package io.phalanx.it.lab;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Loses every IP fragment between client and balancer, both ways, and counts them. */
public final class NoFragments {
  private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");
  // Before the kernel puts fragments together again.
  private static final String TABLE =
      """
      table ip whole {
        counter lost { }
        chain before {
          type filter hook prerouting priority -450;
          iifname "c0" ip frag-off & 0x3fff != 0 counter name lost drop
        }
      }
      """;

  private final Lab lab;

  private NoFragments(Lab lab) {
    this.lab = lab;
  }

  /** From now on, for the rest of the laboratory's life. */
  public static NoFragments lose(Lab lab) throws IOException, InterruptedException {
    lab.run("client", "nft", TABLE);
    lab.run("lb", "nft", TABLE);
    return new NoFragments(lab);
  }

  /** Fragments that were sent towards a namespace, {@code client} or {@code lb}. */
  public int lost(String towards) throws IOException, InterruptedException {
    Matcher packets =
        PACKETS.matcher(lab.run(towards, "nft", "list", "counter", "ip", "whole", "lost"));
    return packets.find() ? Integer.parseInt(packets.group(1)) : 0;
  }
}
