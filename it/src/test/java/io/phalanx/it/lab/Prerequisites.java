package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the laboratory needs of the machine. Missing things fail a test, they never skip it. */
final class Prerequisites {
  private static final Map<String, String> PACKAGES =
      Map.of(
          "ip", "iproute2",
          "tcpdump", "tcpdump",
          "ping", "iputils-ping",
          "swanctl", "strongswan-swanctl",
          "pki", "strongswan-pki",
          "freeradius", "freeradius",
          "radclient", "freeradius-utils",
          "charon-systemd", "charon-systemd");
  private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");
  private static final Path LIBIPSEC =
      Path.of("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so");

  private Prerequisites() {}

  /**
   * @throws AssertionError saying what to run or install
   */
  static void check() throws IOException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new AssertionError(
          "network namespaces need root: run 'sudo ./phalanx check', or"
              + " './phalanx check --without-root' for the other tests");
    }
    List<String> missing = new ArrayList<>();
    PACKAGES.forEach(
        (tool, name) -> {
          if (!found(tool)) {
            missing.add(name);
          }
        });
    if (!Files.exists(LIBIPSEC)) {
      missing.add("libcharon-extra-plugins");
    }
    if (!missing.isEmpty()) {
      throw new AssertionError(
          "missing on this machine: apt-get install " + String.join(" ", missing));
    }
    if (!Files.exists(Path.of("/dev/net/tun"))) {
      throw new AssertionError("/dev/net/tun is missing: modprobe tun");
    }
  }

  static String charon() {
    return "/usr/sbin/charon-systemd";
  }

  private static boolean found(String tool) {
    return Stream.concat(DIRECTORIES.stream(), Stream.of("/usr/local/sbin"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }
}
