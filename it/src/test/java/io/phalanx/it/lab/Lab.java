package io.phalanx.it.lab;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.Balancer;
import io.phalanx.it.process.AdminClient;
import io.phalanx.it.process.JavaCommand;
import io.phalanx.it.process.MemberProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The laboratory.
 *
 * <pre>
 *                                       ┌─ gw1 10.60.0.11 / 10.50.0.101 ─┐
 *   client 10.99.0.2 ── 10.99.0.1 lb ───┼─ gw2 10.60.0.12 / 10.50.0.102 ─┼── lan 10.50.0.10
 *                           10.60.0.1   └─ gw3 10.60.0.13 / 10.50.0.103 ─┘
 * </pre>
 *
 * <p>The balancer takes the client's datagrams at 10.99.0.1. The route of {@code lan} to the
 * clients' addresses follows it, by its {@code --on-change} command.
 */
public final class Lab implements AutoCloseable {
  public static final int MEMBERS = 3;
  public static final String GATEWAY = "10.99.0.1";
  public static final String CLIENT = "10.99.0.2";
  public static final String FRONT = "10.60.0.1";
  public static final String SERVER = "10.50.0.10";
  public static final String GATEWAY_ID = "gw.lab.example";
  public static final String PSK_ID = "psk@lab.example";
  public static final String CERTIFICATE_ID = "warrior@lab.example";
  public static final String SECRET = "correct horse battery staple 42";
  public static final String PROPOSALS = "aes256gcm16-prfsha256-ecp256,aes128-sha256-curve25519";
  public static final int ECHO_PORT = 7;
  public static final int FILE_PORT = 8021;
  private static final int ADMIN_PORT = 9470;
  private static final String CLIENTS = "10.77.0.0/24";
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private final Path directory;
  private final Namespaces namespaces = new Namespaces();
  private final Pki pki;
  private final Map<Integer, MemberProcess> members = new TreeMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  private Lab(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.pki =
        Pki.make(Files.createDirectory(directory.resolve("pki")), GATEWAY_ID, CERTIFICATE_ID);
  }

  /** Builds the network, starts all members, the balancer and the servers of the network. */
  public static Lab start() throws IOException, InterruptedException, TimeoutException {
    Prerequisites.check();
    Lab lab = new Lab(Files.createTempDirectory("phalanx-lab-"));
    try {
      lab.network();
      for (int member = 1; member <= MEMBERS; member++) {
        lab.launch(member);
      }
      for (MemberProcess member : lab.members.values()) {
        member.awaitReady(START_TIMEOUT);
      }
      lab.balancer();
      lab.servers();
      return lab;
    } catch (IOException | TimeoutException | AssertionError failed) {
      lab.close();
      throw failed;
    }
  }

  public MemberProcess member(int id) {
    return Optional.ofNullable(members.get(id)).orElseThrow();
  }

  public List<MemberProcess> living() {
    return members.values().stream().filter(MemberProcess::alive).toList();
  }

  /** Starts a member that was killed; returns when it is ready and has the balancer's traffic. */
  public void restart(int id) throws IOException, InterruptedException, TimeoutException {
    launch(id);
    member(id).awaitReady(START_TIMEOUT);
  }

  /** A fresh strongSwan in the client's namespace, without configuration. */
  public Charon charon(String name) throws IOException, InterruptedException {
    Charon charon =
        Charon.start(namespaces.enter("client"), Files.createDirectory(directory.resolve(name)));
    open.add(charon);
    return charon;
  }

  /** Loads the road warrior with the pre-shared key. */
  public void loadPsk(Charon charon) throws IOException, InterruptedException {
    charon.load(GATEWAY, GATEWAY_ID, PSK_ID, "auth = psk", "psk", PROPOSALS, SECRET, "");
  }

  /** Loads the road warrior with a certificate of {@link #pki()}. */
  public void loadCertificate(Charon charon, String name) throws IOException, InterruptedException {
    charon.install(
        pki.certificate(name),
        pki.key(name),
        List.of(pki.certificate(Pki.CA), pki.certificate(Pki.ROGUE_CA)));
    charon.load(
        GATEWAY,
        GATEWAY_ID,
        CERTIFICATE_ID,
        "auth = pubkey\n certs = client.pem",
        "pubkey",
        PROPOSALS,
        "unused",
        "");
  }

  /** Loads the road warrior as given. */
  public void load(Charon charon, String proposals, String secret)
      throws IOException, InterruptedException {
    charon.load(GATEWAY, GATEWAY_ID, PSK_ID, "auth = psk", "psk", proposals, secret, "");
  }

  public Pki pki() {
    return pki;
  }

  /** A file of the laboratory's own directory. */
  public Path file(String name) {
    return directory.resolve(name);
  }

  /** Replies out of a number of pings from the client to the protected network. */
  public int ping(int count) throws IOException, InterruptedException {
    String output =
        Shell.run(
                Shell.join(
                    namespaces.enter("client"),
                    List.of("ping", "-q", "-c", "" + count, "-i", "0.1", "-W", "2", SERVER)),
                Map.of())
            .output();
    return output
        .lines()
        .filter(line -> line.contains(" received"))
        .map(line -> line.replaceAll(".*?(\\d+) received.*", "$1"))
        .findFirst()
        .map(Integer::parseInt)
        .orElse(0);
  }

  /** A main class of ours inside a namespace, with its output in a file of that name. */
  public Background java(String namespace, String name, Class<?> main, String... arguments)
      throws IOException {
    Background process =
        Background.start(
            Shell.join(
                namespaces.enter(namespace), JavaCommand.of(main.getName(), List.of(arguments))),
            Map.of(),
            directory.resolve(name + ".out"));
    open.add(process);
    return process;
  }

  /** Runs a main class of ours inside a namespace to its end and returns what it printed. */
  public String javaResult(String namespace, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return Shell.must(
        Shell.join(
            namespaces.enter(namespace), JavaCommand.of(main.getName(), List.of(arguments))));
  }

  /** Captures what passes between balancer and members on the NAT port. */
  public Capture capture(String name, int snapOctets) throws IOException {
    Path file = directory.resolve(name + ".pcap");
    Background process =
        Background.start(
            Shell.join(
                namespaces.enter("lb"),
                List.of(
                    "tcpdump",
                    "-i",
                    "br0",
                    "-U",
                    "-s",
                    "" + snapOctets,
                    "-B",
                    "32768",
                    "-Z",
                    "root",
                    "-w",
                    file.toString(),
                    "udp port 4500")),
            Map.of(),
            directory.resolve(name + ".tcpdump"));
    open.add(process);
    Waiting.until("tcpdump captures", 10, () -> process.output().contains("listening on"));
    return new Capture(file, process);
  }

  /** A packet capture that runs until it is stopped. */
  public record Capture(Path file, Background process) {
    /** Stops it and returns its file. */
    public Path stop() {
      process.close();
      return file;
    }
  }

  public static String frontOf(int member) {
    return "10.60.0.1" + member;
  }

  /** Ends everything and removes the namespaces and all files. */
  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception failed) {
        System.err.println("closing " + each + " failed: " + failed.getMessage());
      }
    }
    members.values().forEach(MemberProcess::close);
    namespaces.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failed) {
      System.err.println("left behind: " + directory + ": " + failed.getMessage());
    }
  }

  private void network() throws IOException, InterruptedException {
    for (String name : List.of("client", "lb", "lan")) {
      namespaces.add(name);
    }
    namespaces.link("client", "c0", "lb", "c0");
    namespaces.ip("client", "addr add 10.99.0.2/24 dev c0");
    namespaces.ip("lb", "addr add 10.99.0.1/24 dev c0");
    namespaces.ip("client", "route add default via 10.99.0.1");
    bridge("lb", "10.60.0.1/24");
    bridge("lan", SERVER + "/24");
    for (int member = 1; member <= MEMBERS; member++) {
      String name = "gw" + member;
      namespaces.add(name);
      namespaces.link(name, "front", "lb", "g" + member);
      namespaces.ip("lb", "link set g" + member + " master br0");
      namespaces.link(name, "back", "lan", "g" + member);
      namespaces.ip("lan", "link set g" + member + " master br0");
      namespaces.ip(name, "addr add " + frontOf(member) + "/24 dev front");
      namespaces.ip(name, "addr add 10.50.0.10" + member + "/24 dev back");
      namespaces.ip(name, "route add default via 10.60.0.1");
    }
    namespaces.ip("lan", "route replace " + CLIENTS + " via 10.50.0.101");
  }

  private void bridge(String namespace, String address) throws IOException, InterruptedException {
    namespaces.ip(namespace, "link add br0 type bridge");
    namespaces.ip(namespace, "link set br0 up");
    namespaces.ip(namespace, "addr add " + address + " dev br0");
  }

  /** Starts a member, and a shell beside it that sets up its TUN device when it appears. */
  private void launch(int id) throws IOException {
    List<String> enter = namespaces.enter("gw" + id);
    String script =
        "until ip link show phx0 >/dev/null 2>&1; do sleep 0.02; done;"
            + " ip link set phx0 up && ip route replace "
            + CLIENTS
            + " dev phx0";
    open.add(
        Background.start(
            Shell.join(enter, List.of("timeout", "120", "bash", "-c", script)),
            Map.of(),
            directory.resolve("tun" + id + ".out")));
    members.put(
        id,
        MemberProcess.start(
            "gw" + id,
            enter,
            LabConfig.write(directory, id, pki),
            directory.resolve("gw" + id + ".log"),
            new AdminClient(new NamespaceAdmin(enter, frontOf(id), ADMIN_PORT))));
  }

  private void balancer() throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("balancer", "--listen", GATEWAY, "--on-change", routeScript()));
    for (Backend backend : backends()) {
      arguments.add("--backend");
      arguments.add(
          "%s=%s:500:4500@%s:%d"
              .formatted(
                  backend.name(),
                  backend.address().getHostAddress(),
                  backend.address().getHostAddress(),
                  ADMIN_PORT));
    }
    Background balancer =
        Background.start(
            Shell.join(namespaces.enter("lb"), JavaCommand.phalanx(arguments)),
            Map.of(),
            directory.resolve("balancer.log"));
    open.add(balancer);
    Waiting.until(
        "the balancer has all members",
        30,
        () -> balancer.output().contains("living: gw1 gw2 gw3"));
  }

  /** What the balancer has said. */
  public String balancerLog() throws IOException {
    return Files.readString(directory.resolve("balancer.log"));
  }

  /** For every set of living members, the one that the balancer has for the client. */
  private String routeScript() {
    String cases =
        IntStream.range(1, 1 << MEMBERS)
            .mapToObj(
                set -> {
                  List<Backend> live =
                      backends().stream()
                          .filter(each -> (set >> (number(each) - 1) & 1) == 1)
                          .toList();
                  Backend choice =
                      Balancer.choice(InetAddress.ofLiteral(CLIENT), live).orElseThrow();
                  String names = live.stream().map(Backend::name).collect(Collectors.joining(" "));
                  return "'%s') n=%d;;".formatted(names, number(choice));
                })
            .collect(Collectors.joining(" "));
    return "case \"$LIVE\" in %s *) exit 0;; esac; ip -n %s route replace %s via 10.50.0.10$n"
        .formatted(cases, namespaces.full("lan"), CLIENTS);
  }

  private static List<Backend> backends() {
    return IntStream.rangeClosed(1, MEMBERS)
        .mapToObj(
            id -> {
              InetAddress address = InetAddress.ofLiteral(frontOf(id));
              return new Backend(
                  "gw" + id, address, 500, 4500, new InetSocketAddress(address, ADMIN_PORT));
            })
        .toList();
  }

  private static int number(Backend backend) {
    return Integer.parseInt(backend.name().substring(2));
  }

  private void servers() throws IOException {
    Background echo = java("lan", "echo", UdpEcho.class, "" + ECHO_PORT);
    Background files =
        java("lan", "files", FileServer.class, "" + FILE_PORT, file("received").toString());
    Waiting.until(
        "the servers of the network listen",
        30,
        () -> echo.output().contains("listening") && files.output().contains("listening"));
  }
}
