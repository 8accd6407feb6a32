package io.phalanx.node.eap;

import io.phalanx.config.Identity;
import io.phalanx.config.Secret;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TlsContexts;
import io.phalanx.node.auth.TrustAnchors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** A peer that authenticates by EAP, as far as tests need one. */
public final class EapPeer {
  private final String name;
  private final Optional<String> password;
  private final Optional<SSLEngine> engine;
  private final byte[] peerChallenge = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private final Fragments fragments = new Fragments();
  private Optional<TlsPipe> pipe = Optional.empty();
  private byte[] given = new byte[0];
  private byte[] challengeHash = new byte[0];
  public Secret msk = Secret.EMPTY;
  public boolean succeeded;
  public boolean failed;

  private EapPeer(String name, Optional<String> password, Optional<SSLEngine> engine) {
    this.name = name;
    this.password = password;
    this.engine = engine;
  }

  public static EapPeer withPassword(String name, String password) {
    return new EapPeer(name, Optional.of(password), Optional.empty());
  }

  public static EapPeer withCertificate(
      String name,
      Credential own,
      TrustAnchors authorities,
      Identity server,
      Instant now,
      String... protocols) {
    SSLEngine engine = TlsContexts.of(own, authorities, server, now).createSSLEngine();
    engine.setUseClientMode(true);
    EapPeer peer = new EapPeer(name, Optional.empty(), Optional.of(engine));
    peer.pipe = Optional.of(new TlsPipe(engine));
    if (protocols.length > 0) {
      engine.setEnabledProtocols(protocols);
    }
    return peer;
  }

  /** The answer to a request; empty after success and failure. */
  public Optional<byte[]> answer(byte[] octets) {
    EapPacket request = EapPacket.decode(octets).orElseThrow();
    if (request.code() == EapPacket.SUCCESS || request.code() == EapPacket.FAILURE) {
      succeeded |= request.code() == EapPacket.SUCCESS;
      failed |= request.code() == EapPacket.FAILURE;
      return Optional.empty();
    }
    if (request.type() == EapPacket.IDENTITY) {
      return Optional.of(EapPacket.identity(request.identifier(), name).encode());
    }
    if (request.type() == EapPacket.MSCHAPV2 && password.isPresent()) {
      return Optional.of(msChap(request));
    }
    if (request.type() == EapPacket.TLS && engine.isPresent()) {
      return Optional.of(tls(request));
    }
    byte wanted = (byte) (engine.isPresent() ? EapPacket.TLS : EapPacket.MSCHAPV2);
    return Optional.of(response(request, EapPacket.NAK, wanted));
  }

  private static byte[] response(EapPacket request, int type, byte... data) {
    return new EapPacket(EapPacket.RESPONSE, request.identifier(), type, data).encode();
  }

  private byte[] msChap(EapPacket request) {
    byte[] data = request.data();
    Secret hash = MsChapV2.passwordHash(Secret.ofUtf8(password.orElseThrow()));
    return switch (data[0]) {
      case MsChapMethod.CHALLENGE -> {
        byte[] user = name.substring(name.lastIndexOf('\\') + 1).getBytes(StandardCharsets.UTF_8);
        challengeHash =
            MsChapV2.challengeHash(peerChallenge, Arrays.copyOfRange(data, 5, 21), user);
        given = MsChapV2.response(challengeHash, hash);
        byte[] full = name.getBytes(StandardCharsets.UTF_8);
        int length = 4 + 1 + MsChapMethod.VALUE_OCTETS + full.length;
        byte[] body =
            ByteBuffer.allocate(length)
                .put((byte) MsChapMethod.RESPONSE)
                .put(data[1])
                .putShort((short) length)
                .put((byte) MsChapMethod.VALUE_OCTETS)
                .put(peerChallenge)
                .put(new byte[8])
                .put(given)
                .put((byte) 0)
                .put(full)
                .array();
        yield response(request, EapPacket.MSCHAPV2, body);
      }
      case MsChapMethod.SUCCESS -> {
        String proof = new String(data, 4, 42, StandardCharsets.US_ASCII);
        if (!proof.equals(MsChapV2.authenticatorResponse(hash, given, challengeHash))) {
          throw new AssertionError("the server does not know the password");
        }
        msk = MsChapV2.msk(hash, given);
        yield response(request, EapPacket.MSCHAPV2, (byte) MsChapMethod.SUCCESS);
      }
      default -> response(request, EapPacket.MSCHAPV2, (byte) MsChapMethod.FAILURE);
    };
  }

  TlsPipe pipe() {
    return pipe.orElseThrow();
  }

  private byte[] tls(EapPacket request) {
    TlsPipe tls = pipe.orElseThrow();
    try {
      if ((request.data()[0] & Fragments.START) != 0) {
        fragments.send(tls.exchange(new byte[0]));
      } else {
        switch (fragments.take(request.data())) {
          case Fragments.Malformed() -> throw new AssertionError("malformed");
          case Fragments.Part() -> {
            return response(request, EapPacket.TLS, Fragments.acknowledgement());
          }
          case Fragments.Whole(var message) -> {
            if (message.length > 0) {
              fragments.send(tls.exchange(message));
            }
          }
        }
      }
      if (tls.finished() && (!tls.tls13() || tls.clear().length > 0)) {
        msk = tls.msk(true);
      }
    } catch (SSLException failure) {
      fragments.send(tls.alert());
    }
    return response(request, EapPacket.TLS, fragments.next().orElse(Fragments.acknowledgement()));
  }
}
