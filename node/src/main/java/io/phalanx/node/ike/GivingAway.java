package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Secret;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.Account;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.Keys;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.util.List;
import java.util.Optional;

/**
 * Gives IKE SAs away to another cluster (seed 004). What stays is a name without keys, so that no
 * member takes what the peer still sends here for a message to an IKE SA that was lost, and tells
 * it so (RFC 6290): the peer would end it.
 */
final class GivingAway {
  private final Environment environment;

  GivingAway(Environment environment) {
    this.environment = environment;
  }

  /** Its Child SAs are not this cluster's any more once the change is in the store. */
  void give(IkeSa sa, long untilMillis) {
    Optional<String> obstacle = obstacle(sa);
    if (obstacle.isPresent()) {
      sa.hold(new Effect.GivenAway(sa.localSpi, Optional.empty(), obstacle.get(), false));
      return;
    }
    if (!sa.quiet() || !sa.rekeyedByPeer.isEmpty()) {
      String why = "an exchange is under way";
      sa.hold(new Effect.GivenAway(sa.localSpi, Optional.empty(), why, true));
      return;
    }
    IkeSaImage given = sa.image();
    Phases.move(sa, Phase.DELETING, "given to another cluster");
    sa.keys = unusable(sa.keys);
    sa.responses.clear();
    sa.children.clear();
    sa.virtualAddresses = List.of();
    sa.ownAddresses = List.of();
    sa.grants = Grants.NONE;
    sa.localBehindNat = false;
    sa.extensions = sa.extensions.withTokenDue(false);
    sa.expiresAtMillis = untilMillis;
    sa.local.endTold = true;
    sa.hold(new Effect.GivenAway(sa.localSpi, Optional.of(given), "", false));
  }

  private Optional<String> obstacle(IkeSa sa) {
    if (sa.phase != Phase.ESTABLISHED) {
      return Optional.of("it is not established, or has been replaced");
    }
    if (sa.extensions.family() > 0) {
      return Optional.of("there are cloned IKE SAs beside it");
    }
    if (!sa.grants.account().equals(Account.NONE)) {
      return Optional.of("RADIUS servers here account for it");
    }
    if (environment.connection(sa.connection).filter(Connection::initiate).isPresent()) {
      return Optional.of("this cluster keeps its connection up (initiate)");
    }
    return Optional.empty();
  }

  /** Under which nothing is authentic. */
  private Keys unusable(Keys keys) {
    return new Keys(
        random(keys.d()),
        random(keys.ai()),
        random(keys.ar()),
        random(keys.ei()),
        random(keys.er()),
        random(keys.pi()),
        random(keys.pr()));
  }

  private Secret random(Secret like) {
    byte[] octets = new byte[like.length()];
    environment.random().nextBytes(octets);
    return Secret.of(octets);
  }
}
