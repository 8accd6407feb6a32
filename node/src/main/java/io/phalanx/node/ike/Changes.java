package io.phalanx.node.ike;

import io.phalanx.replication.image.SaClusterImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What the work on an IKE SA has come to since its last commit: what the store is to hold, and what
 * may be seen outside only once the store holds it (design: output commit).
 */
final class Changes {
  private boolean dirty;
  private boolean creation;
  private final List<SaClusterImage> created = new ArrayList<>();
  private final List<Integer> removed = new ArrayList<>();
  private final List<Integer> moved = new ArrayList<>();
  private final List<Effect> held = new ArrayList<>();

  void touch() {
    dirty = true;
  }

  void create() {
    dirty = true;
    creation = true;
  }

  void add(SaClusterImage child) {
    dirty = true;
    created.add(child);
  }

  void remove(int saId) {
    dirty = true;
    removed.add(saId);
  }

  void move(List<Integer> saIds) {
    dirty = true;
    moved.addAll(saIds);
  }

  void hold(Effect effect) {
    held.add(effect);
  }

  boolean dirty() {
    return dirty;
  }

  boolean creation() {
    return creation;
  }

  List<SaClusterImage> created() {
    return List.copyOf(created);
  }

  List<Integer> removed() {
    return List.copyOf(removed);
  }

  List<Integer> moved() {
    return moved.stream().distinct().toList();
  }

  List<Effect> held() {
    return List.copyOf(held);
  }
}
