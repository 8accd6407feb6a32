package io.phalanx.datapath.udp;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A UDP port cannot be had; the message says which, why, and what to do. */
public final class BindFailure extends IOException {
  BindFailure(InetSocketAddress at, Throwable cause) {
    super(
        "cannot listen on UDP "
            + at.getAddress().getHostAddress()
            + " port "
            + at.getPort()
            + ": "
            + cause.getMessage()
            + "; "
            + advice(at, String.valueOf(cause.getMessage())),
        cause);
  }

  private static String advice(InetSocketAddress at, String reason) {
    if (reason.contains("in use")) {
      return "stop the program that has this port (ss -ulpn shows it), or choose another in"
          + " 'listen'";
    }
    if (reason.contains("ermission denied")) {
      return "ports below 1024 need CAP_NET_BIND_SERVICE: grant it, or choose a higher port in"
          + " 'listen'";
    }
    if (reason.contains("assign requested address")) {
      return "give "
          + at.getAddress().getHostAddress()
          + " to an interface of this machine, or choose another address in 'listen'";
    }
    return "check the address and port in 'listen'";
  }
}
