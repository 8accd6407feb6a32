package io.phalanx.it.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Network namespaces of one run, under a prefix of its own; all that are made removed on close. */
public final class Namespaces implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "net.ipv4.ip_forward=1",
          "net.ipv4.conf.all.rp_filter=0",
          "net.ipv4.conf.default.rp_filter=0",
          "net.ipv6.conf.all.disable_ipv6=1",
          "net.ipv4.conf.all.send_redirects=0",
          "net.ipv4.conf.default.send_redirects=0");

  private final String prefix;
  private final Set<String> made = new LinkedHashSet<>();

  public Namespaces() {
    this("phx" + Long.toString(ProcessHandle.current().pid(), 36) + "-");
  }

  /** Those that another process has made, and removes. */
  public Namespaces(String prefix) {
    this.prefix = prefix;
  }

  /** What the names of all of them begin with. */
  public String prefix() {
    return prefix;
  }

  public void add(String name) throws IOException, InterruptedException {
    made.add(name);
    Shell.must("ip netns add " + full(name));
    ip(name, "link set lo up");
    List<String> sysctl = new ArrayList<>(enter(name));
    sysctl.addAll(List.of("sysctl", "-qw"));
    sysctl.addAll(SETTINGS);
    Shell.must(sysctl);
  }

  /** {@code ip -n NAMESPACE ARGUMENTS}. */
  public void ip(String name, String arguments) throws IOException, InterruptedException {
    Shell.must("ip -n " + full(name) + " " + arguments);
  }

  /** A pair of veth devices, both up. */
  public void link(String first, String firstDevice, String second, String secondDevice)
      throws IOException, InterruptedException {
    Shell.must(
        "ip link add %s netns %s type veth peer name %s netns %s"
            .formatted(firstDevice, full(first), secondDevice, full(second)));
    ip(first, "link set " + firstDevice + " up");
    ip(second, "link set " + secondDevice + " up");
  }

  /** What to put before a command so that it runs inside. */
  public List<String> enter(String name) {
    return List.of("ip", "netns", "exec", full(name));
  }

  public String full(String name) {
    return prefix + name;
  }

  /** Ends what still runs inside, which is only what the test has started, and removes all. */
  @Override
  public void close() {
    for (String name : made) {
      try {
        Shell.run("ip", "netns", "pids", full(name))
            .output()
            .lines()
            .filter(pid -> pid.matches("\\d+"))
            .forEach(
                pid ->
                    ProcessHandle.of(Long.parseLong(pid))
                        .ifPresent(ProcessHandle::destroyForcibly));
        Shell.run("ip", "netns", "del", full(name));
      } catch (IOException failed) {
        System.err.println("namespace " + full(name) + " is left behind: " + failed.getMessage());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
