package io.phalanx.replication.link;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.RetiredKey;
import io.phalanx.config.KeyringFile;
import io.phalanx.config.Secret;
import io.phalanx.replication.seal.Keyring;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The three steps by which a cluster comes to another key, with all members up: everybody can open
 * with it, then everybody seals with it, then nobody opens with the old one. What the old one marks
 * SPIs with is kept, so that those in use are known still.
 */
public final class KeyRotation {
  private static final int IDS = 256;
  private static final int MARKS_OCTETS = 32;

  /** Retired keys whose SPIs are known: far more than a session can outlive. */
  private static final int RETIRED_MAX = 8;

  /** A step; its name in lower case is its word on the command line. */
  public enum Step {
    ADD,
    USE,
    RETIRE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private KeyRotation() {}

  /**
   * The keyring after a step.
   *
   * @param secret for the new key, if the step makes one
   * @throws IllegalArgumentException if the step does not come next
   */
  static KeyringFile take(Step step, KeyringFile before, Secret secret) {
    return switch (step) {
      case ADD -> add(before, secret);
      case USE -> use(before);
      case RETIRE -> retire(before);
    };
  }

  private static KeyringFile add(KeyringFile before, Secret secret) {
    if (before.keys().size() > 1) {
      throw outOfTurn(before, "a rotation is under way");
    }
    List<ClusterKey> keys = new ArrayList<>(before.keys());
    keys.add(new ClusterKey((sealing(before).id() + 1) % IDS, secret));
    return new KeyringFile(keys, before.retired());
  }

  private static KeyringFile use(KeyringFile before) {
    List<ClusterKey> newer = opening(before, key -> newer(key, sealing(before)));
    if (newer.size() != 1) {
      throw outOfTurn(before, "no key waits to be used");
    }
    return new KeyringFile(
        Stream.concat(
                newer.stream(), before.keys().stream().filter(key -> !key.equals(newer.getFirst())))
            .toList(),
        before.retired());
  }

  private static KeyringFile retire(KeyringFile before) {
    List<ClusterKey> older = opening(before, key -> !newer(key, sealing(before)));
    if (older.isEmpty() || older.size() < before.keys().size() - 1) {
      throw outOfTurn(before, "no key has been replaced");
    }
    Keyring keyring = new Keyring(before.keys());
    Stream<RetiredKey> retired =
        older.stream()
            .map(
                key ->
                    new RetiredKey(
                        key.id(),
                        keyring.derive(key.id(), Keyring.ESP_SPI_MARKS, MARKS_OCTETS),
                        keyring.derive(key.id(), Keyring.IKE_SPI_MARKS, MARKS_OCTETS)));
    return new KeyringFile(
        List.of(sealing(before)),
        Stream.concat(retired, before.retired().stream()).limit(RETIRED_MAX).toList());
  }

  private static ClusterKey sealing(KeyringFile keyring) {
    return keyring.keys().getFirst();
  }

  private static List<ClusterKey> opening(KeyringFile keyring, Predicate<ClusterKey> wanted) {
    return keyring.keys().stream().skip(1).filter(wanted).toList();
  }

  /** Ids count up, and begin again after the last one. */
  private static boolean newer(ClusterKey key, ClusterKey than) {
    return Math.floorMod(key.id() - than.id(), IDS) < IDS / 2;
  }

  private static IllegalArgumentException outOfTurn(KeyringFile keyring, String why) {
    boolean added = !opening(keyring, key -> newer(key, sealing(keyring))).isEmpty();
    Step next = added ? Step.USE : keyring.keys().size() > 1 ? Step.RETIRE : Step.ADD;
    return new IllegalArgumentException(why + ": the next step is " + next.word());
  }
}
