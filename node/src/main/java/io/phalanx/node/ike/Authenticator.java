package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.Identity;
import io.phalanx.config.IdentityPattern;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.PeerCertificates;
import io.phalanx.node.auth.SharedKeyAuth;
import io.phalanx.node.auth.SharedKeys;
import io.phalanx.node.auth.SignatureAuth;
import io.phalanx.node.auth.SignedOctets;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.node.ike.wire.Decoded;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.MessageCodec;
import io.phalanx.node.ike.wire.Notifies;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Authentication;
import io.phalanx.replication.image.IkeSaImage.InitExchange;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Proves who we are and checks who the peer is (RFC 7296 §2.15, RFC 7427).
 *
 * <p>To the peer an unknown identity and a wrong key look the same, in the answer and, for shared
 * keys, in time: where there is no key, one that nobody has is tried.
 */
final class Authenticator {
  private static final int X509 = 4; // RFC 7296 §3.6
  private static final Secret NOBODYS_KEY = Secret.ofUtf8("no key is configured for this identity");

  private final Environment environment;

  Authenticator(Environment environment) {
    this.environment = environment;
  }

  /** What came of it. */
  sealed interface Verdict {}

  /**
   * @param path of the peer's certificates, up to the authority; empty without certificates
   */
  record Accepted(Connection connection, Identity peerId, List<X509Certificate> path)
      implements Verdict {}

  /**
   * @param reason for our log only
   */
  record Refused(String reason) implements Verdict {}

  /** Checks an initiator, and finds the connection that it is for. */
  Verdict judgeInitiator(IkeSa sa, IkeMessage message, long nowMillis) {
    Optional<Identity> claimed = identity(message, true);
    Optional<Identity> wanted = identity(message, false);
    Optional<Authentication> proof = message.first(Authentication.class);
    if (claimed.isEmpty() || proof.isEmpty()) {
      return new Refused("an identity is missing");
    }
    List<Connection> candidates =
        environment.config().connections().stream()
            .filter(each -> each.ikeSuites().contains(sa.suite))
            .filter(each -> wanted.map(each.local().id()::equals).orElse(true))
            .filter(each -> each.remote().id().map(id -> id.matches(claimed.get())).orElse(true))
            .filter(each -> fits(each.remote().authentication(), proof.get().method()))
            .sorted(Comparator.comparingInt(Authenticator::vagueness))
            .toList();
    String reason = "no connection for " + claimed.get();
    if (candidates.isEmpty()) {
      boolean _ = SharedKeyAuth.verify(sa.suite.prf(), NOBODYS_KEY, new byte[0], proof.get());
    }
    for (Connection candidate : candidates) {
      switch (judge(sa, candidate, claimed.get(), message, nowMillis)) {
        case Accepted accepted -> {
          return accepted;
        }
        case Refused(var fault) -> reason = claimed.get() + ": " + fault;
      }
    }
    return new Refused(reason);
  }

  /** A connection for this peer alone goes before one for several, and that before one for all. */
  private static int vagueness(Connection connection) {
    return connection.remote().id().map(id -> id.exact().isPresent() ? 0 : 1).orElse(2);
  }

  /** The connection for an initiator that wants EAP (RFC 7296 §2.16). */
  Verdict judgeEap(IkeSa sa, IkeMessage message) {
    Optional<Identity> claimed = identity(message, true);
    Optional<Identity> wanted = identity(message, false);
    if (claimed.isEmpty()) {
      return new Refused("an identity is missing");
    }
    Optional<Connection> connection =
        environment.config().connections().stream()
            .filter(each -> each.ikeSuites().contains(sa.suite))
            .filter(each -> wanted.map(each.local().id()::equals).orElse(true))
            .filter(each -> each.remote().id().map(id -> id.matches(claimed.get())).orElse(true))
            .filter(each -> each.remote().authentication() instanceof GatewayConfig.Eap)
            .min(Comparator.comparingInt(Authenticator::vagueness));
    return connection.isPresent()
        ? new Accepted(connection.get(), claimed.get(), List.of())
        : new Refused("no connection with EAP for " + claimed.get());
  }

  /** Checks a responder that we have called. */
  Verdict judgeResponder(IkeSa sa, Connection connection, IkeMessage message, long nowMillis) {
    Optional<Identity> claimed = identity(message, false);
    if (claimed.isEmpty()) {
      return new Refused("the peer does not say who it is");
    }
    if (connection.remote().id().isPresent()
        && !connection.remote().id().get().matches(claimed.get())) {
      return new Refused("the peer is " + claimed.get());
    }
    return switch (judge(sa, connection, claimed.get(), message, nowMillis)) {
      case Accepted accepted -> accepted;
      case Refused(var fault) -> new Refused(claimed.get() + ": " + fault);
    };
  }

  private static boolean fits(GatewayConfig.Authentication wanted, AuthMethod method) {
    return switch (wanted) {
      case GatewayConfig.Psk() -> method.equals(AuthMethod.SHARED_KEY_MIC);
      case GatewayConfig.Certificate _ -> !method.equals(AuthMethod.SHARED_KEY_MIC);
      case GatewayConfig.Eap _ -> false; // comes without AUTH, see EapAuth
    };
  }

  /** Whether the proof in a message is good. */
  private Verdict judge(
      IkeSa sa, Connection connection, Identity claimed, IkeMessage message, long nowMillis) {
    Optional<Authentication> proof = message.first(Authentication.class);
    Optional<InitExchange> init = sa.init;
    if (proof.isEmpty() || init.isEmpty()) {
      return new Refused("no AUTH payload");
    }
    byte[] octets =
        sa.initiator
            ? SignedOctets.ofResponder(sa.suite.prf(), init.get(), sa.keys, claimed)
            : SignedOctets.ofInitiator(sa.suite.prf(), init.get(), sa.keys, claimed);
    return switch (connection.remote().authentication()) {
      case GatewayConfig.Psk() -> {
        Optional<Secret> key =
            SharedKeys.find(environment.config().presharedKeys(), connection.local().id(), claimed);
        boolean good =
            SharedKeyAuth.verify(sa.suite.prf(), key.orElse(NOBODYS_KEY), octets, proof.get())
                && key.isPresent();
        yield good
            ? new Accepted(connection, claimed, List.of())
            : new Refused("the shared key does not fit");
      }
      case GatewayConfig.Eap _ -> new Refused("EAP is for the initiator");
      case GatewayConfig.Certificate _ ->
          judgeSignature(connection, claimed, message, proof.get(), octets, nowMillis);
    };
  }

  private Verdict judgeSignature(
      Connection connection,
      Identity claimed,
      IkeMessage message,
      Authentication proof,
      byte[] octets,
      long nowMillis) {
    TrustAnchors authorities =
        environment
            .credentials()
            .authorities()
            .getOrDefault(connection.name(), TrustAnchors.ofPem(List.of()));
    List<byte[]> certificates =
        message
            .all(Payload.Certificate.class)
            .filter(each -> each.encoding() == X509)
            .map(Payload.Certificate::data)
            .toList();
    Instant now = Instant.ofEpochMilli(nowMillis);
    return switch (PeerCertificates.validate(certificates, authorities, now, claimed)) {
      case PeerCertificates.Refused(var reason) -> new Refused("certificate: " + reason);
      case PeerCertificates.Trusted trusted ->
          SignatureAuth.verify(trusted.key(), octets, proof)
              ? new Accepted(connection, claimed, trusted.path())
              : new Refused("the signature does not verify");
    };
  }

  /**
   * CERT payloads, if any, and AUTH; empty if we and the peer have no method in common.
   *
   * @param theirs the peer's AUTH payload, if it has sent one
   */
  Optional<List<Payload>> prove(IkeSa sa, Connection connection, Optional<Authentication> theirs) {
    Optional<InitExchange> init = sa.init;
    if (init.isEmpty()) {
      return Optional.empty();
    }
    Identity own = connection.local().id();
    byte[] octets =
        sa.initiator
            ? SignedOctets.ofInitiator(sa.suite.prf(), init.get(), sa.keys, own)
            : SignedOctets.ofResponder(sa.suite.prf(), init.get(), sa.keys, own);
    return switch (connection.local().authentication()) {
      case GatewayConfig.Psk() -> {
        Identity peer =
            sa.peerId
                .or(() -> connection.remote().id().flatMap(IdentityPattern::exact))
                .orElse(own);
        yield SharedKeys.find(environment.config().presharedKeys(), own, peer)
            .map(key -> List.of(SharedKeyAuth.create(sa.suite.prf(), key, octets)));
      }
      case GatewayConfig.Eap _ -> Optional.empty();
      case GatewayConfig.Certificate _ ->
          Optional.ofNullable(environment.credentials().own().get(connection.name()))
              .flatMap(credential -> sign(credential, octets, peerHashes(sa, init.get()), theirs));
    };
  }

  private Optional<List<Payload>> sign(
      Credential credential,
      byte[] octets,
      List<Integer> peerHashes,
      Optional<Authentication> theirs) {
    Optional<Authentication> proof =
        SignatureAuth.sign(credential, octets, peerHashes, theirs, environment.random());
    if (proof.isEmpty()) {
      return Optional.empty();
    }
    List<Payload> payloads = new ArrayList<>();
    credential.chainDer().forEach(der -> payloads.add(new Payload.Certificate(X509, der)));
    payloads.add(proof.get());
    return Optional.of(payloads);
  }

  /** What the peer has announced in IKE_SA_INIT; the image holds its message anyway. */
  private static List<Integer> peerHashes(IkeSa sa, InitExchange init) {
    byte[] message = sa.initiator ? init.response() : init.request();
    if (!(MessageCodec.decode(message) instanceof Decoded.Ok(IkeMessage decoded))) {
      return List.of();
    }
    return decoded
        .all(Payload.Notify.class)
        .filter(each -> each.type().equals(NotifyType.SIGNATURE_HASH_ALGORITHMS))
        .flatMap(each -> Notifies.hashAlgorithms(each).stream())
        .toList();
  }

  /** CERTREQ for the authorities of these connections; none if they need no certificate. */
  List<Payload> certificateRequests(List<Connection> connections) {
    byte[] hashes =
        TrustAnchors.requestData(
            connections.stream()
                .flatMap(
                    each ->
                        Optional.ofNullable(
                            environment.credentials().authorities().get(each.name()))
                            .stream())
                .toList());
    return hashes.length == 0 ? List.of() : List.of(new Payload.CertificateRequest(X509, hashes));
  }

  private static Optional<Identity> identity(IkeMessage message, boolean initiator) {
    return message
        .all(Payload.Identification.class)
        .filter(each -> each.initiator() == initiator)
        .map(Payload.Identification::identity)
        .findFirst();
  }
}
