package io.phalanx.node.ike;

import io.phalanx.config.Identity;
import io.phalanx.config.IdentityNotation;
import java.nio.charset.StandardCharsets;

/** Whom addresses are leased to. */
final class Lessees {
  private Lessees() {}

  /** The user where EAP has named one, as the configuration would write it; else the peer. */
  static Identity of(IkeSa sa) {
    String user = sa.grants.user();
    return user.isEmpty()
        ? sa.peerId.orElseThrow()
        : IdentityNotation.parse(user)
            .toOptional()
            .orElseGet(() -> Identity.keyId(user.getBytes(StandardCharsets.UTF_8)));
  }
}
