package io.phalanx.node.runtime;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.ClusterMember;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.ContextTransfer;
import io.phalanx.config.GatewayConfig.Partner;
import io.phalanx.node.context.ContextCodec;
import io.phalanx.node.context.ContextReader;
import io.phalanx.node.context.ContextReader.Restored;
import io.phalanx.node.context.ContextSeal;
import io.phalanx.node.context.ContextSet;
import io.phalanx.node.context.ContextWriter;
import io.phalanx.node.context.IkeContext;
import io.phalanx.node.context.TransferKeys;
import io.phalanx.node.ops.TransferView;
import io.phalanx.node.ops.TransferView.Exported;
import io.phalanx.node.ops.TransferView.Imported;
import io.phalanx.node.ops.TransferView.Refused;
import io.phalanx.replication.Registry;
import io.phalanx.replication.image.Decoded;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves sessions to and from other clusters, in sets that are sealed for one of them
 * (docs/context-transfer.md). Called on threads of the admin port; blocks.
 */
final class ContextTransfers {
  private static final Logger log = LoggerFactory.getLogger(ContextTransfers.class);

  /** How long a set may be taken, and how long the cluster that gave it remembers its sessions. */
  private static final long VALID_MILLIS = 3_600_000;

  /** By so much the clock of another cluster may be ahead. */
  private static final long CLOCKS_MILLIS_MAX = 300_000;

  private static final int ID_OCTETS = 16;

  private final GatewayConfig config;
  private final ControlLoop control;
  private final Registry registry;
  private final ContextExport export;
  private final ContextImport importer;
  private final ContextSeal seal;
  private final ContextWriter writer;
  private final ContextReader reader;
  private final byte[] issuer;
  private final Map<String, byte[]> partners;
  private final SecureRandom random;
  private final LongSupplier nowMillis;

  private ContextTransfers(
      MemberCore.Ports ports,
      ContextExport export,
      ContextImport importer,
      TransferKeys.Pair own,
      Map<String, byte[]> partners) {
    this.config = ports.config();
    this.control = ports.control();
    this.registry = ports.registry();
    this.export = export;
    this.importer = importer;
    this.seal = ContextSeal.of(own.privateKey(), own.publicKey());
    this.writer = new ContextWriter(config.listen().addresses());
    this.reader = new ContextReader(config.listen().addresses());
    this.issuer = sha256(own.publicKey());
    this.partners = partners;
    this.random = ports.random();
    this.nowMillis = ports.nowMillis();
  }

  /**
   * @param settings of {@code ports.config()}
   * @throws IOException if a key cannot be read, or two of them are the same
   */
  static ContextTransfers of(
      ContextTransfer settings,
      MemberCore.Ports ports,
      ContextExport export,
      ContextImport importer)
      throws IOException {
    TransferKeys.Pair own = TransferKeys.readPrivate(settings.key());
    Map<String, byte[]> partners = new HashMap<>();
    for (Partner partner : settings.partners()) {
      byte[] key = TransferKeys.readPublic(partner.key());
      if (Arrays.equals(key, own.publicKey())) {
        throw new IOException(
            "context-transfer: %s holds the key of this cluster; each cluster needs its own"
                .formatted(partner.key()));
      }
      partners.put(partner.name(), key);
    }
    return new ContextTransfers(ports, export, importer, own, Map.copyOf(partners));
  }

  /**
   * Takes sessions of this member out of the cluster.
   *
   * @param sessionIds which; empty for all
   */
  TransferView exportTo(String partner, Set<Long> sessionIds) throws InterruptedException {
    byte[] recipient = partners.get(partner);
    if (recipient == null) {
      return new Refused(unknown(partner));
    }
    long now = nowMillis.getAsLong();
    CompletableFuture<Optional<ContextExport.Given>> given = new CompletableFuture<>();
    control.execute(
        () -> {
          if (!export.begin(
              sessionIds, now + VALID_MILLIS, all -> given.complete(Optional.of(all)))) {
            given.complete(Optional.empty());
          }
        });
    Optional<ContextExport.Given> all = end(given);
    if (all.isEmpty()) {
      return new Refused("another export is under way on this member");
    }
    List<ContextExport.Session> sessions = all.get().sessions();
    byte[] sealed = sessions.isEmpty() ? new byte[0] : sealed(sessions, now, recipient);
    log.info("{} sessions exported to {}, left: {}", sessions.size(), partner, all.get().left());
    return new Exported(sessions.size(), all.get().left(), sealed);
  }

  private byte[] sealed(List<ContextExport.Session> sessions, long now, byte[] recipient) {
    byte[] id = new byte[ID_OCTETS];
    random.nextBytes(id);
    List<IkeContext> all =
        sessions.stream().map(each -> writer.of(each.ike(), each.saClusters())).toList();
    ContextSet set =
        new ContextSet(
            id, now, now + VALID_MILLIS, config.cluster().name(), ivSpaces(sessions), all);
    return seal.seal(ContextCodec.encode(set), recipient);
  }

  /** Ours, and those of whoever has had one of the sessions before. */
  private List<IvSpace> ivSpaces(List<ContextExport.Session> sessions) {
    List<Integer> members =
        config.cluster().members().stream().map(ClusterMember::id).sorted().toList();
    List<IvSpace> all = new ArrayList<>();
    all.add(new IvSpace(issuer, members));
    Set<String> seen = new HashSet<>();
    for (ContextExport.Session session : sessions) {
      for (IvSpace space : session.ike().ivSpaces()) {
        if (seen.add(HexFormat.of().formatHex(space.issuer()) + space.members())) {
          all.add(space);
        }
      }
    }
    return all;
  }

  /** Takes the sessions of a set into this cluster. All are looked at before one is taken. */
  TransferView importFrom(String partner, byte[] sealed) throws InterruptedException {
    byte[] sender = partners.get(partner);
    if (sender == null) {
      return new Refused(unknown(partner));
    }
    Optional<byte[]> opened = seal.open(sealed, sender);
    if (opened.isEmpty()) {
      return new Refused("this set was not sealed by " + partner + " for this cluster");
    }
    return switch (ContextCodec.decode(opened.get())) {
      case Decoded.Refused<ContextSet>(String why) -> new Refused("not a set of contexts: " + why);
      case Decoded.Whole<ContextSet>(ContextSet set) -> taken(partner, set);
    };
  }

  private TransferView taken(String partner, ContextSet set) throws InterruptedException {
    long now = nowMillis.getAsLong();
    if (now > set.expiresAtMillis() || set.exportedAtMillis() > now + CLOCKS_MILLIS_MAX) {
      return new Refused(
          "the set is valid until an hour after it was made, by our clock it is not");
    }
    Optional<String> clash = clash(set.ivSpaces());
    if (clash.isPresent()) {
      return new Refused(clash.get());
    }
    List<ContextExport.Session> sessions = new ArrayList<>();
    for (IkeContext context : set.ikeSas()) {
      switch (reader.images(context, set.ivSpaces(), now)) {
        case Restored.Refused(String why) -> {
          return new Refused("a session in it cannot be had: " + why);
        }
        case Restored.Whole(IkeSaImage ike, var saClusters) -> {
          Optional<String> obstacle = obstacle(ike);
          if (obstacle.isPresent()) {
            return new Refused(
                "session %016x cannot be had: %s".formatted(ike.sessionId(), obstacle.get()));
          }
          sessions.add(new ContextExport.Session(ike, saClusters));
        }
      }
    }
    List<String> obstacles = importer.prepare(sessions);
    if (!obstacles.isEmpty()) {
      return new Refused(String.join("\n", obstacles));
    }
    Optional<Boolean> first =
        ContextImport.answer(
            registry.useOnce("context-set/" + HexFormat.of().formatHex(set.id()), now),
            Optional.<Boolean>empty());
    if (first.isEmpty() || !first.get()) {
      importer.giveBack(sessions);
      return new Refused(
          first.isEmpty()
              ? "the store did not answer; try again, with the members that it needs"
              : "this set was taken before: its numbers must not be used twice");
    }
    List<String> left = importer.take(sessions);
    int taken = sessions.size() - left.size();
    log.info("{} sessions imported from {}, left: {}", taken, partner, left);
    return new Imported(taken, left);
  }

  /** Two gateways must not use the same explicit IV under one key. */
  private Optional<String> clash(List<IvSpace> spaces) {
    Set<Integer> ours = new HashSet<>();
    config.cluster().members().forEach(member -> ours.add(member.id()));
    for (IvSpace space : spaces) {
      List<Integer> both = space.members().stream().filter(ours::contains).toList();
      if (!Arrays.equals(space.issuer(), issuer) && !both.isEmpty()) {
        return Optional.of(
            "members %s have the ids of members there, and with them the same IVs under the same"
                    .formatted(both)
                + " keys; give the members of clusters that move sessions different ids");
      }
    }
    return Optional.empty();
  }

  private Optional<String> obstacle(IkeSaImage ike) {
    Optional<Connection> connection =
        config.connections().stream()
            .filter(each -> each.name().equals(ike.connection()))
            .findFirst();
    if (connection.isEmpty()) {
      return Optional.of("there is no connection " + ike.connection() + " here");
    }
    List<String> names = connection.get().children().stream().map(each -> each.name()).toList();
    Optional<String> unknown =
        ike.children().stream()
            .map(IkeSaImage.ChildRef::child)
            .filter(each -> !names.contains(each))
            .findFirst();
    if (unknown.isPresent()) {
      return Optional.of(
          "connection %s has no child %s".formatted(ike.connection(), unknown.get()));
    }
    return Optional.empty();
  }

  /** Waits as long as it takes: what has been taken must not get lost. Each step has its bound. */
  private static <T> T end(CompletableFuture<T> run) throws InterruptedException {
    try {
      return run.get();
    } catch (ExecutionException fault) {
      throw new IllegalStateException("a run ends with an answer", fault);
    }
  }

  private String unknown(String partner) {
    return "%s is no partner of context-transfer here, those are %s"
        .formatted(partner, partners.keySet().stream().sorted().toList());
  }

  private static byte[] sha256(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-256", fault);
    }
  }
}
