package io.phalanx.replication.hazelcast;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.phalanx.config.GatewayConfig.Cluster;
import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.Protection;
import io.phalanx.config.GatewayConfig.StoreSecurity;
import io.phalanx.config.Secret;
import io.phalanx.replication.StoreFixture.Ports;
import io.phalanx.replication.image.Images;
import io.phalanx.replication.link.TestPki;
import io.phalanx.replication.seal.Keyring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Real members in one JVM, on free ports of the loopback address. */
final class TestCluster implements AutoCloseable {
  static final Keyring KEYS =
      new Keyring(List.of(new ClusterKey(1, Secret.of(Images.octets(0x11, 32)))));

  private final Path directory;
  private final TestPki pki;
  private final Cluster cluster;
  private final Map<Integer, HazelcastCluster> members = new TreeMap<>();

  private TestCluster(Path directory, TestPki pki, Cluster cluster) {
    this.directory = directory;
    this.pki = pki;
    this.cluster = cluster;
  }

  /** Nobody is started yet. */
  private static final Random PORTS = new Random();

  static TestCluster of(int size) throws IOException {
    return of(size, size / 2 + 1);
  }

  static TestCluster of(int size, int minimumMembers) throws IOException {
    return of(size, minimumMembers, 1);
  }

  static TestCluster of(int size, int minimumMembers, int backups) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<ClusterMember> configured = new ArrayList<>();
    for (int id = 1; id <= size; id++) {
      held.add(freePort());
      int port = held.getLast().getLocalPort();
      configured.add(new ClusterMember(id, loopback(1), loopback(port)));
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    String name = "test-" + configured.getFirst().store().getPort();
    Path directory = Files.createTempDirectory(name);
    return new TestCluster(
        directory,
        TestPki.in(directory, name),
        new Cluster(
            name,
            configured,
            List.of(),
            backups,
            minimumMembers,
            Duration.ofMillis(50),
            Duration.ofMillis(200),
            secured(new StoreSecurity.Closed())));
  }

  /** Below those that the kernel gives to connections: one of them could take it meanwhile. */
  private static ServerSocket freePort() throws IOException {
    IOException last = new IOException("none tried");
    for (int tried = 0; tried < 100; tried++) {
      int port = PORTS.nextInt(20_000, 32_000);
      try {
        return new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
      } catch (BindException taken) {
        last = taken;
      }
    }
    throw new IOException("no port of a hundred is free", last);
  }

  private static Protection secured(StoreSecurity security) {
    return new Protection(security, Optional.empty(), List.of());
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  /** Starts all members, the first one before the others. */
  TestCluster startAll() {
    int size = cluster.members().size();
    start(1, KEYS);
    List<CompletableFuture<HazelcastCluster>> starting = new ArrayList<>();
    for (int id = 2; id <= size; id++) {
      int member = id;
      starting.add(
          CompletableFuture.supplyAsync(
              () -> HazelcastCluster.start(clusterOf(member), member, KEYS)));
    }
    for (int id = 2; id <= size; id++) {
      members.put(id, starting.get(id - 2).join());
    }
    awaitMembers(size);
    awaitSafe();
    return this;
  }

  HazelcastCluster start(int id, Keyring keys) {
    return start(id, keys, issue(id));
  }

  HazelcastCluster start(int id, Keyring keys, StoreSecurity security) {
    HazelcastCluster member = HazelcastCluster.start(cluster(security), id, keys);
    members.put(id, member);
    return member;
  }

  /** A certificate of this cluster's authority. */
  StoreSecurity.Tls issue(int id) {
    try {
      return pki.issue(cluster.name(), id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestPki pki() {
    return pki;
  }

  Path directory() {
    return directory;
  }

  HazelcastCluster member(int id) {
    HazelcastCluster member = members.get(id);
    if (member == null) {
      throw new IllegalArgumentException("not started: " + id);
    }
    return member;
  }

  Ports ports(int id) {
    HazelcastCluster member = member(id);
    return new Ports(member.saStore(), member.leaseStore(), member.registry());
  }

  /** Nobody is let in under this configuration. */
  Cluster cluster() {
    return cluster;
  }

  Cluster clusterOf(int id) {
    return cluster(issue(id));
  }

  private Cluster cluster(StoreSecurity security) {
    return new Cluster(
        cluster.name(),
        cluster.members(),
        cluster.keys(),
        cluster.backups(),
        cluster.minimumMembers(),
        cluster.heartbeat(),
        cluster.suspectAfter(),
        secured(security));
  }

  void awaitMembers(int size) {
    for (HazelcastCluster member : members.values()) {
      await().atMost(15, SECONDS).until(() -> member.members() == size || member.members() == 0);
    }
  }

  /** Until every entry has its backup. */
  void awaitSafe() {
    await()
        .atMost(15, SECONDS)
        .until(
            () ->
                members
                    .values()
                    .iterator()
                    .next()
                    .instance()
                    .getPartitionService()
                    .isClusterSafe());
  }

  @Override
  public void close() {
    members.values().forEach(HazelcastCluster::terminate);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
