package io.phalanx.node.eap;

import io.phalanx.config.Identity;
import io.phalanx.config.IdentityNotation;
import io.phalanx.config.Secret;
import io.phalanx.node.auth.TlsContexts;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * EAP-TLS with TLS 1.2 (RFC 5216) and 1.3 (RFC 9190), our side.
 *
 * <pre>
 *   request: start          --&gt;
 *                           &lt;--  response: ClientHello
 *   request: ServerHello .. --&gt;
 *                           &lt;--  response: certificate, Finished
 *   request: Finished (1.2), or one octet of zero as protected data (1.3)  --&gt;
 *                           &lt;--  response: empty
 *   success                 --&gt;
 * </pre>
 */
final class EapTlsServer {
  private static final String HOST = "host/"; // how Windows names a machine

  private final EapTlsSettings settings;
  private final Fragments fragments = new Fragments();
  private Optional<TlsPipe> pipe = Optional.empty();
  private String broken = "";
  private boolean committed;

  EapTlsServer(EapTlsSettings settings, SecureRandom random) {
    this.settings = settings;
  }

  /** What a response has come to. */
  sealed interface Step {}

  record More(EapPacket packet) implements Step {}

  record Done(Secret msk) implements Step {}

  /**
   * @param reason for our log only
   */
  record Broken(String reason) implements Step {}

  static EapPacket start(int identifier) {
    return EapPacket.request(identifier, EapPacket.TLS, (byte) Fragments.START);
  }

  /** Whether the peer has answered the start. */
  boolean begun() {
    return pipe.isPresent();
  }

  Step received(EapPacket response, String user, Instant now) {
    int next = response.identifier() + 1;
    return switch (fragments.take(response.data())) {
      case Fragments.Malformed() -> new Broken("a malformed EAP-TLS packet");
      case Fragments.Part() ->
          new More(EapPacket.request(next, EapPacket.TLS, Fragments.acknowledgement()));
      case Fragments.Whole(var message) ->
          message.length == 0 ? acknowledged(next) : exchange(message, user, now, next);
    };
  }

  private Step acknowledged(int next) {
    Optional<byte[]> piece = fragments.next();
    if (piece.isPresent()) {
      return new More(EapPacket.request(next, EapPacket.TLS, piece.get()));
    }
    if (!broken.isEmpty()) {
      return new Broken(broken);
    }
    if (!committed || pipe.isEmpty()) {
      return new Broken("it breaks TLS off");
    }
    try {
      return new Done(pipe.get().msk(settings.alone()));
    } catch (SSLException noKey) {
      return new Broken("TLS 1.2 makes no key without the extended master secret (RFC 7627)");
    }
  }

  private Step exchange(byte[] message, String user, Instant now, int next) {
    if (committed || !broken.isEmpty()) {
      return new Broken(broken.isEmpty() ? "data after the handshake" : broken);
    }
    TlsPipe tls = pipe.orElseGet(() -> open(user, now));
    pipe = Optional.of(tls);
    byte[] answer;
    try {
      answer = tls.exchange(message);
      if (tls.finished()) {
        committed = true;
        if (tls.tls13()) {
          answer = concat(answer, tls.seal((byte) 0)); // RFC 9190 §2.5
        }
      }
    } catch (SSLException failure) {
      broken = "TLS: " + failure.getMessage();
      answer = tls.alert();
    }
    fragments.send(answer);
    return acknowledged(next);
  }

  private TlsPipe open(String user, Instant now) {
    SSLEngine engine =
        TlsContexts.of(settings.own(), settings.authorities(), identity(user), now)
            .createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    return new TlsPipe(engine);
  }

  /** The name that the certificate has to bear. */
  static Identity identity(String user) {
    String name = user.startsWith(HOST) ? user.substring(HOST.length()) : user;
    return IdentityNotation.parse(name).toOptional().orElse(Identity.fqdn(name));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
