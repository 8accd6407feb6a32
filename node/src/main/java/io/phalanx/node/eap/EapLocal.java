package io.phalanx.node.eap;

import java.util.Optional;

/** What of a conversation cannot be written down: a TLS session is on this member alone. */
public final class EapLocal {
  Optional<EapTlsServer> tls = Optional.empty();
}
