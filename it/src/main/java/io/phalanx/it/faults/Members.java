package io.phalanx.it.faults;

import io.phalanx.it.lab.Shell;
import io.phalanx.it.process.AdminClient;
import io.phalanx.it.process.JavaCommand;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.replication.link.ClusterFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members of a run as processes, each in its namespace; all ended on close. */
final class Members implements AutoCloseable {
  private static final String CLUSTER = "load";
  static final String GATEWAY_ID = "gw.load.example";
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final int ASKED_MAX = 5;
  private static final Logger log = LoggerFactory.getLogger(Members.class);

  private final Ground ground;
  private final Path directory;
  private final String secret;
  private final List<String> jvm;
  private final Map<Integer, MemberProcess> processes = new HashMap<>();

  /**
   * @param secret the pre-shared key of all peers
   * @param jvm options of the members' JVMs
   */
  Members(Ground ground, Path directory, String secret, List<String> jvm) {
    this.ground = ground;
    this.directory = directory;
    this.secret = secret;
    this.jvm = jvm;
  }

  void startAll() throws IOException, TimeoutException, InterruptedException {
    new ClusterFiles(directory, new SecureRandom())
        .create(
            CLUSTER,
            IntStream.rangeClosed(1, ground.members())
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new)),
            Instant.now());
    for (int id = 1; id <= ground.members(); id++) {
      launch(id);
    }
    for (int id = 1; id <= ground.members(); id++) {
      process(id).awaitReady(START_TIMEOUT);
    }
  }

  /** Starts a member that is not running; returns when it is ready. */
  void start(int id) throws IOException, TimeoutException, InterruptedException {
    launch(id);
    process(id).awaitReady(START_TIMEOUT);
  }

  private void launch(int id) throws IOException {
    MemberProcess process =
        MemberProcess.measured(
            Ground.name(id),
            ground.enter(id),
            jvm,
            config(id),
            logFile(id),
            AdminClient.of(Ground.admin(id)));
    synchronized (this) {
      processes.put(id, process);
    }
  }

  synchronized MemberProcess process(int id) {
    return Optional.ofNullable(processes.get(id)).orElseThrow();
  }

  private synchronized List<MemberProcess> living() {
    return processes.values().stream().filter(MemberProcess::alive).toList();
  }

  List<Integer> others(int id) {
    return IntStream.rangeClosed(1, ground.members()).filter(each -> each != id).boxed().toList();
  }

  Ground ground() {
    return ground;
  }

  void signal(int id, String name) throws IOException, InterruptedException {
    Shell.must(List.of("kill", "-" + name, "" + process(id).pid()));
  }

  /** {@code phalanx drain}, then the end. */
  void drain(int id) throws IOException, InterruptedException {
    InetSocketAddress admin = Ground.admin(id);
    Shell.must(
        JavaCommand.phalanx(
            List.of("drain", admin.getAddress().getHostAddress() + ":" + admin.getPort())));
    process(id).close();
  }

  /** The member that carries most. */
  int busiest() throws IOException, InterruptedException {
    Map<Integer, Long> carried = new HashMap<>();
    for (int id = 1; id <= ground.members(); id++) {
      carried.put(id, carried(process(id)));
    }
    return carried.entrySet().stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  /** A machine that is busy may take its time to answer. */
  private static long carried(MemberProcess member) throws IOException, InterruptedException {
    for (int asked = 1; ; asked++) {
      try {
        return member.admin().metrics().sum("phalanx_sa_carried");
      } catch (IOException late) {
        if (asked == ASKED_MAX) {
          throw late;
        }
      }
    }
  }

  /** The living members' counters whose names and labels begin so, summed. */
  long counted(List<String> samples) throws InterruptedException {
    long sum = 0;
    for (MemberProcess member : living()) {
      try {
        var metrics = member.admin().metrics();
        sum += samples.stream().mapToLong(metrics::sum).sum();
      } catch (IOException gone) {
        log.debug("{} does not answer", member.name(), gone);
      }
    }
    return sum;
  }

  /** Waits until all are ready and hear each other. */
  void awaitWhole() throws IOException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!whole()) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException("the cluster is not whole again:\n" + lastLines());
      }
      Thread.sleep(200);
    }
  }

  private boolean whole() throws InterruptedException {
    for (MemberProcess member : living()) {
      try {
        if (!member.admin().ready()
            || member.admin().metrics().sum("phalanx_members_living") != ground.members()) {
          return false;
        }
      } catch (IOException notYet) {
        return false;
      }
    }
    return living().size() == ground.members();
  }

  /** The ends of all logs. */
  String lastLines() {
    return IntStream.rangeClosed(1, ground.members())
        .mapToObj(id -> Ground.name(id) + ":\n" + process(id).lastLines())
        .collect(Collectors.joining("\n"));
  }

  Path logFile(int id) {
    return directory.resolve(Ground.name(id) + ".log");
  }

  private Path config(int id) throws IOException {
    Path file = directory.resolve(Ground.name(id) + ".yaml");
    if (Files.exists(file)) {
      return file;
    }
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text(id));
  }

  private String text(int id) {
    String all =
        IntStream.rangeClosed(1, ground.members())
            .mapToObj(
                each ->
                    "    - {id: %d, interlink: \"%s:%d\", store: \"%s:%d\"}"
                        .formatted(
                            each,
                            Ground.front(each).getHostAddress(),
                            Ground.INTERLINK_PORT,
                            Ground.front(each).getHostAddress(),
                            Ground.STORE_PORT))
            .collect(Collectors.joining("\n"));
    return """
    member: {id: %d, state-dir: "%s"}
    listen: {addresses: [%s], loops: 1}
    clear:
      datagrams: {bind: "%s:%d", peer: "%s:%d", mtu: 1400}
    admin: "%s:%d"
    cluster:
      name: %s
      keyring: %s
      tls: {authorities: [%s], certificate: %s, key: %s}
      members:
    %s
      backups: %d
    pools:
      - {name: road, addresses: ["%s"]}
    connections:
      - name: road-warriors
        local: {id: %s, auth: psk}
        remote: {id: "%%any", auth: psk}
        pool: road
        children:
          - {name: net, local: ["%s"], remote: [dynamic], esp-proposals: [aes128gcm16]}
    preshared-keys: [{secret: "%s"}]
    """
        .formatted(
            id,
            directory.resolve("state" + id),
            Ground.front(id).getHostAddress(),
            Ground.back(id).getHostAddress(),
            Ground.CLEAR_PORT,
            Ground.INSIDE.getHostAddress(),
            Ground.CLEAR_PORT,
            Ground.front(id).getHostAddress(),
            Ground.admin(id).getPort(),
            CLUSTER,
            ClusterFiles.KEYRING,
            ClusterFiles.AUTHORITY,
            ClusterFiles.certificate(id),
            ClusterFiles.key(id),
            all,
            Math.min(2, ground.members() - 1),
            Ground.POOL,
            GATEWAY_ID,
            Ground.NETWORK,
            secret);
  }

  @Override
  public void close() {
    List<MemberProcess> all;
    synchronized (this) {
      all = new ArrayList<>(processes.values());
    }
    // Not asked to leave: with all going at once there is nobody to hand over to.
    for (MemberProcess member : all) {
      try {
        member.kill();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    all.forEach(MemberProcess::close);
  }
}
