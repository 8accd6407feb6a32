package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Certificate;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.config.GatewayConfig.RevocationPolicy;
import io.phalanx.node.auth.RevocationStatus;
import io.phalanx.node.ike.wire.IkeMessage;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Whether a peer's certificates were revoked, as far as its connection wants to know. Nothing of
 * the message that brought them is committed before that is known: a member that is lost meanwhile
 * has changed nothing, and another one gets the message once more.
 */
final class Revocations {
  private Revocations() {}

  /** An IKE_AUTH message that waits. */
  sealed interface Waiting {
    Revocation sources();
  }

  record Request(Inbound in, Connection connection, Revocation sources) implements Waiting {}

  record Response(
      IkeMessage message, Connection connection, Authenticator.Accepted peer, Revocation sources)
      implements Waiting {}

  /** Where to ask about a path; empty if it need not be asked about. */
  static Optional<Revocation> sources(Connection connection, List<X509Certificate> path) {
    return connection.remote().authentication() instanceof Certificate certificate
            && certificate.revocation().policy() != RevocationPolicy.OFF
            && !path.isEmpty()
        ? Optional.of(certificate.revocation())
        : Optional.empty();
  }

  /** Has the message wait, and asks. */
  static void ask(IkeSa sa, List<X509Certificate> path, Waiting waiting) {
    sa.local.revocationAsked = Optional.of(waiting);
    sa.hold(new Effect.CheckRevocation(sa.localSpi, path, waiting.sources()));
  }

  /** Why the peer is refused; empty if it is not. */
  static Optional<String> fault(Waiting waiting, RevocationStatus status) {
    return switch (status) {
      case GOOD -> Optional.empty();
      case REVOKED -> Optional.of("certificate: REVOKED");
      case UNKNOWN ->
          waiting.sources().policy() == RevocationPolicy.STRICT
              ? Optional.of("certificate: it is not known whether it was revoked")
              : Optional.empty();
    };
  }
}
