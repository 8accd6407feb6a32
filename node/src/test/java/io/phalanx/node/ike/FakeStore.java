package io.phalanx.node.ike;

import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Commit;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owned;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.Decoded;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.ImageCodec;
import io.phalanx.replication.image.SaClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** The store of one side: images as octets, with fences, as the real one. */
final class FakeStore {
  private static final ImageCodec<IkeSaImage> CODEC = ImageCodec.ofIkeSas();

  private record Entry(byte[] image, Fence fence) {}

  private final Map<Long, Entry> ikeSas = new HashMap<>();
  private final Map<Integer, SaClusterImage> children = new HashMap<>();
  private final Map<Integer, Long> childOf = new HashMap<>();
  private final Map<Integer, PeerPath> paths = new HashMap<>();

  Outcome commit(Commit commit) {
    long spi = commit.image().localSpi();
    Entry now = ikeSas.get(spi);
    if (commit.creation() != (now == null)) {
      return Outcome.GONE;
    }
    if (now != null && !now.fence().equals(commit.fence())) {
      return Outcome.FENCED;
    }
    for (SaClusterImage child : commit.created()) {
      children.put(child.id(), child);
      childOf.put(child.id(), child.ikeSpi());
      paths.put(child.id(), child.path());
    }
    ikeSas.put(spi, new Entry(CODEC.encode(commit.image()), commit.fence()));
    commit.moved().forEach(id -> childOf.replace(id, spi));
    commit.moved().forEach(id -> paths.replace(id, commit.image().espPath()));
    commit.removed().forEach(id -> removeChild(id, spi));
    return Outcome.DONE;
  }

  void remove(long spi, Fence fence, List<Integer> saIds) {
    Entry now = ikeSas.get(spi);
    if (now != null && now.fence().equals(fence)) {
      ikeSas.remove(spi);
      saIds.forEach(id -> removeChild(id, spi));
    }
  }

  /** What hangs on another IKE SA by now stays. */
  private void removeChild(int id, long spi) {
    if (childOf.remove(id, spi)) {
      children.remove(id);
      paths.remove(id);
    }
  }

  List<IkeSaImage> images() {
    return ikeSas.values().stream().map(each -> decode(each.image())).toList();
  }

  Map<Integer, SaClusterImage> children() {
    return children;
  }

  /** Where the peer of an SA cluster is, for whoever claims it. */
  PeerPath pathOf(int saId) {
    return Objects.requireNonNull(paths.get(saId));
  }

  /** As if whoever has moved SA clusters had died before they heard of it. */
  void forgetPaths() {
    children.forEach((id, child) -> paths.put(id, child.path()));
  }

  Map<Integer, Long> childOf() {
    return childOf;
  }

  /** Makes another member the owner of everything. */
  List<Owned<IkeSaImage>> claimAll(Owner claimant) {
    List<Owned<IkeSaImage>> claimed = new ArrayList<>();
    for (long spi : spis()) {
      claimed.add(claim(spi, claimant));
    }
    return claimed;
  }

  /** Changes an image as no member would. */
  void edit(long spi, Consumer<IkeSa> change) {
    Entry entry = Objects.requireNonNull(ikeSas.get(spi));
    IkeSa sa = IkeSa.of(decode(entry.image()), entry.fence());
    change.accept(sa);
    ikeSas.put(spi, new Entry(CODEC.encode(sa.image()), entry.fence()));
  }

  List<Long> spis() {
    return ikeSas.keySet().stream().sorted().toList();
  }

  Owner owner(long spi) {
    return Objects.requireNonNull(ikeSas.get(spi)).fence().owner();
  }

  Optional<IkeSaImage> image(long spi) {
    return Optional.ofNullable(ikeSas.get(spi)).map(each -> decode(each.image()));
  }

  boolean has(long spi) {
    return ikeSas.containsKey(spi);
  }

  Owned<IkeSaImage> claim(long spi, Owner claimant) {
    Entry entry = Objects.requireNonNull(ikeSas.get(spi));
    Entry mine = new Entry(entry.image(), new Fence(claimant, entry.fence().epoch() + 1));
    ikeSas.put(spi, mine);
    return new Owned<>(decode(mine.image()), mine.fence());
  }

  private static IkeSaImage decode(byte[] octets) {
    if (CODEC.decode(octets) instanceof Decoded.Whole<IkeSaImage>(var image)) {
      return image;
    }
    throw new AssertionError("an image that cannot be read");
  }
}
