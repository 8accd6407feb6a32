package io.phalanx.it.lab;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.balancer.Balancer;
import io.phalanx.it.process.AdminClient;
import io.phalanx.it.process.JavaCommand;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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
  static final String FRONT_PREFIX = "10.60.0.1";
  static final String FRONT6_PREFIX = "fd60::1";
  static final String BACK_PREFIX = "10.50.0.10";
  static final String BACK6_PREFIX = "fd50::10";

  /**
   * The environment variable that keeps the files of a laboratory, logs and captures among them.
   */
  private static final String KEEP = "PHALANX_LAB_KEEP";

  private static final int ADMIN_PORT = 9470;
  private static final List<String> BOTH = List.of("balancer", "balancer6");
  static final String CLIENTS = "10.77.0.0/24";
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private final Path directory;
  private final LabPlan plan;
  private final Namespaces namespaces = new Namespaces();
  private final Pki pki;
  private final Map<Integer, MemberProcess> members = new TreeMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicBoolean logsShown = new AtomicBoolean();

  private Lab(Path directory, LabPlan plan) throws IOException, InterruptedException {
    this.directory = directory;
    this.plan = plan;
    this.pki =
        Pki.make(Files.createDirectory(directory.resolve("pki")), GATEWAY_ID, CERTIFICATE_ID);
    new ClusterFiles(directory.resolve(LabConfig.CLUSTER_FILES), new SecureRandom())
        .create(
            "lab",
            IntStream.rangeClosed(1, MEMBERS)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new)),
            Instant.now());
  }

  /** Builds the network, starts all members, the balancer and the servers of the network. */
  public static Lab start() throws IOException, InterruptedException, TimeoutException {
    return start(LabPlan.SMALL);
  }

  /** Likewise, as planned. */
  public static Lab start(LabPlan plan) throws IOException, InterruptedException, TimeoutException {
    Prerequisites.check();
    Lab lab = new Lab(Files.createTempDirectory("phalanx-lab-"), plan);
    try {
      lab.network();
      plan.network().build(lab.namespaces, lab.pki);
      for (int member = 1; member <= MEMBERS; member++) {
        lab.launch(member);
      }
      for (MemberProcess member : lab.members.values()) {
        member.awaitReady(START_TIMEOUT);
      }
      lab.balancer();
      lab.servers();
      return lab;
    } catch (IOException | TimeoutException | InterruptedException | AssertionError failed) {
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

  /** Starts a member that was killed; returns when it is ready and the balancer knows. */
  public void revive(int id) throws IOException, InterruptedException, TimeoutException {
    restart(id);
    for (String balancer : plan.gateway6().isPresent() ? BOTH : BOTH.subList(0, 1)) {
      Waiting.until(
          balancer + " has the member again",
          20,
          () ->
              Files.readString(file(balancer + ".log"))
                  .lines()
                  .filter(line -> line.contains("backend gw" + id + " "))
                  .toList()
                  .getLast()
                  .contains(" up "));
    }
  }

  /** Starts a member that was killed; returns when it is ready. */
  public void restart(int id) throws IOException, InterruptedException, TimeoutException {
    launch(id);
    member(id).awaitReady(START_TIMEOUT);
  }

  /** The ends of the members' logs, for a failure; only when asked first, as all are long. */
  public String membersLogs() {
    if (logsShown.getAndSet(true)) {
      return "(the members' logs are with the first failure)";
    }
    return members.values().stream()
        .map(member -> member.name() + ":\n" + member.lastLines())
        .collect(Collectors.joining("\n"));
  }

  /** A fresh strongSwan in the client's namespace, without configuration. */
  public Charon charon(String name) throws IOException, InterruptedException {
    return charon("client", name);
  }

  /** A fresh strongSwan in any namespace. */
  public Charon charon(String namespace, String name) throws IOException, InterruptedException {
    Charon charon =
        Charon.start(namespaces.enter(namespace), Files.createDirectory(directory.resolve(name)));
    open.add(charon);
    return charon;
  }

  /** libreswan in the client's namespace. */
  public Pluto pluto(String name, String connections, List<String> own, List<String> intermediate)
      throws IOException, InterruptedException {
    Pluto pluto =
        Pluto.start(
            namespaces.enter("client"),
            Files.createDirectory(directory.resolve(name)),
            pki,
            SECRET,
            connections,
            own,
            intermediate);
    open.add(pluto);
    return pluto;
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

  /** Runs a command inside a namespace; what it printed if it succeeded. */
  public String run(String namespace, String... command) throws IOException, InterruptedException {
    return Shell.must(Shell.join(namespaces.enter(namespace), List.of(command)));
  }

  /** A command that goes on inside a namespace, with its output in a file of that name. */
  public Background background(String namespace, String name, String... command)
      throws IOException {
    Background process =
        Background.start(
            Shell.join(namespaces.enter(namespace), List.of(command)),
            Map.of(),
            directory.resolve(name + ".out"));
    open.add(process);
    return process;
  }

  /** Pings from inside a namespace until closed; no two at a time under one name. */
  public Pings pings(String namespace, String name, Map<String, Pings.Way> ways)
      throws IOException {
    Pings pings =
        Pings.start(namespaces.enter(namespace), directory.resolve("pings-" + name), ways);
    open.add(pings);
    return pings;
  }

  /** Holds requests of the clients before they reach the balancer. */
  public Gate holdRequests(int exchangeType) throws IOException, InterruptedException {
    return Gate.hold(namespaces.enter("lb"), Gate.requests(exchangeType));
  }

  /** Holds responses before they reach the client in a namespace. */
  public Gate holdResponses(String namespace, int exchangeType)
      throws IOException, InterruptedException {
    return Gate.hold(namespaces.enter(namespace), Gate.responses(exchangeType));
  }

  /** Holds IKE_SA_INIT that brings a COOKIE back. */
  public Gate holdCookies() throws IOException, InterruptedException {
    return Gate.hold(namespaces.enter("lb"), Gate.cookies());
  }

  /** The client's first link goes; it has a second one. */
  public void takeOtherLink() throws IOException, InterruptedException {
    namespaces.ip("client", "link set c0 down");
  }

  /** The client's first link is back, and preferred. */
  public void takeFirstLink() throws IOException, InterruptedException {
    namespaces.ip("client", "link set c0 up");
    namespaces.ip("client", "addr replace fd99::2/64 dev c0 nodad");
    namespaces.ip("client", "route replace default via 10.99.0.1");
  }

  /** The NAT forgets all mappings: those that follow have other ports. */
  public void rebind() throws IOException, InterruptedException {
    WideNetwork.rebind(namespaces);
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
                    "-s",
                    "" + snapOctets,
                    "-B",
                    "131072",
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
    return FRONT_PREFIX + member;
  }

  /** Ends everything and removes the namespaces, and all files unless {@link #KEEP} is set. */
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
    if (System.getenv(KEEP) != null) {
      System.err.println("kept: " + directory);
      return;
    }
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
      namespaces.ip(name, "addr add " + BACK_PREFIX + member + "/24 dev back");
      namespaces.ip(name, "route add default via 10.60.0.1");
    }
    for (LabPlan.ClientPool pool : plan.pools()) {
      if (!pool.addresses().contains(":")) {
        namespaces.ip("lan", "route replace " + pool.addresses() + " via " + BACK_PREFIX + "1");
      }
    }
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
            + " ip link set phx0 up && "
            + plan.pools().stream()
                .map(pool -> "ip route replace " + pool.addresses() + " dev phx0")
                .collect(Collectors.joining(" && "));
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
            Files.writeString(
                directory.resolve("gw" + id + ".yaml"), plan.config().text(directory, id, pki)),
            directory.resolve("gw" + id + ".log"),
            new AdminClient(new NamespaceAdmin(enter, frontOf(id), ADMIN_PORT))));
  }

  private void balancer() throws IOException {
    Background first = balancer("balancer", GATEWAY, FRONT_PREFIX, routeScript());
    awaitMembers(first);
    if (plan.gateway6().isPresent()) {
      awaitMembers(balancer("balancer6", plan.gateway6().get(), FRONT6_PREFIX, ":"));
    }
  }

  private static void awaitMembers(Background balancer) {
    Waiting.until(
        "the balancer has all members",
        30,
        () -> balancer.output().contains("living: gw1 gw2 gw3"));
  }

  private Background balancer(String name, String listen, String fronts, String onChange)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("balancer", "--listen", listen, "--on-change", onChange));
    for (int member = 1; member <= MEMBERS; member++) {
      String front = fronts + member;
      arguments.add("--backend");
      arguments.add(
          "gw%d=%s:500:4500@%s:%d"
              .formatted(
                  member,
                  front.contains(":") ? "[" + front + "]" : front,
                  frontOf(member),
                  ADMIN_PORT));
    }
    Background balancer =
        Background.start(
            Shell.join(namespaces.enter("lb"), JavaCommand.phalanx(arguments)),
            Map.of(),
            directory.resolve(name + ".log"));
    open.add(balancer);
    return balancer;
  }

  /** What the balancer has said. */
  public String balancerLog() throws IOException {
    return Files.readString(directory.resolve("balancer.log"));
  }

  /** For every set of living members and every pool, the one that the balancer has for it. */
  private String routeScript() {
    String cases =
        IntStream.range(1, 1 << MEMBERS).mapToObj(this::routes).collect(Collectors.joining(" "));
    return "case \"$LIVE\" in %s esac".formatted(cases);
  }

  private String routes(int set) {
    List<Backend> live =
        backends().stream().filter(each -> (set >> (number(each) - 1) & 1) == 1).toList();
    String names = live.stream().map(Backend::name).collect(Collectors.joining(" "));
    String commands =
        plan.pools().stream()
            .map(
                pool ->
                    "ip -n %s route replace %s via %s%d;"
                        .formatted(
                            namespaces.full("lan"),
                            pool.addresses(),
                            pool.addresses().contains(":") ? BACK6_PREFIX : BACK_PREFIX,
                            number(
                                Balancer.choice(InetAddress.ofLiteral(pool.client()), live)
                                    .orElseThrow())))
            .collect(Collectors.joining(" "));
    return "'%s') %s;".formatted(names, commands);
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
