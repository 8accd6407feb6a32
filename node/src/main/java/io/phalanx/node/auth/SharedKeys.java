package io.phalanx.node.auth;

import io.phalanx.config.GatewayConfig.PresharedKey;
import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import java.util.List;
import java.util.Optional;

/** Finds the pre-shared key for two ends. */
public final class SharedKeys {
  private SharedKeys() {}

  /**
   * The key that names the two ends most exactly: both of them, then the peer, then us alone, then
   * nobody. Among equals the first one.
   */
  public static Optional<Secret> find(List<PresharedKey> keys, Identity local, Identity remote) {
    int bestRank = 0;
    Optional<Secret> best = Optional.empty();
    for (PresharedKey key : keys) {
      int rank = rank(key.ids(), local, remote);
      if (rank > bestRank) {
        bestRank = rank;
        best = Optional.of(key.secret());
      }
    }
    return best;
  }

  private static int rank(List<Identity> ids, Identity local, Identity remote) {
    boolean ours = ids.contains(local);
    boolean theirs = ids.contains(remote);
    if (ids.isEmpty()) {
      return 1;
    }
    if (theirs) {
      return ours ? 4 : 3;
    }
    // A key for us alone is one for any peer; one that names another peer is not for this one.
    return ours && ids.size() == 1 ? 2 : 0;
  }
}
