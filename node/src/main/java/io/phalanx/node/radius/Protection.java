package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Authenticators of packets (RFC 2865 §3, RFC 2866 §3, RFC 5176 §2.3) and Message-Authenticator
 * (RFC 3579 §3.2). Access packets without the latter are neither sent nor taken: the other one
 * alone can be forged (CVE-2024-3596).
 */
final class Protection {
  private static final byte[] ZEROS = new byte[RadiusPacket.AUTHENTICATOR_OCTETS];

  private Protection() {}

  /** An Access-Request, with Message-Authenticator as its first attribute. */
  static RadiusPacket access(
      int identifier, byte[] random, List<Attribute> attributes, Secret secret) {
    return withCode(RadiusPacket.ACCESS_REQUEST, identifier, random, attributes, secret);
  }

  /** Accounting and Disconnect: a request that its authenticator protects. */
  static RadiusPacket request(int code, int identifier, List<Attribute> attributes, Secret secret) {
    RadiusPacket bare = new RadiusPacket(code, identifier, ZEROS, attributes);
    return bare.with(Md5.of(bare.encode(), secret.reveal()));
  }

  /** A response, with Message-Authenticator. */
  static RadiusPacket response(
      int code, RadiusPacket request, List<Attribute> attributes, Secret secret) {
    RadiusPacket bare =
        withCode(code, request.identifier(), request.authenticator(), attributes, secret);
    return bare.with(Md5.of(bare.encode(), secret.reveal()));
  }

  private static RadiusPacket withCode(
      int code, int identifier, byte[] authenticator, List<Attribute> attributes, Secret secret) {
    List<Attribute> all = new ArrayList<>();
    all.add(new Attribute(AttributeType.MESSAGE_AUTHENTICATOR, ZEROS));
    all.addAll(attributes);
    byte[] code16 =
        Md5.hmac(secret.reveal(), new RadiusPacket(code, identifier, authenticator, all).encode());
    all.set(0, new Attribute(AttributeType.MESSAGE_AUTHENTICATOR, code16));
    return new RadiusPacket(code, identifier, authenticator, List.copyOf(all));
  }

  /** Whether an answer to an Access-Request is from who knows the secret. */
  static boolean goodAccessAnswer(RadiusPacket answer, RadiusPacket request, Secret secret) {
    return goodAnswer(answer, request, secret)
        && goodMessageAuthenticator(answer, request.authenticator(), secret);
  }

  /** Whether an answer has the right Response Authenticator. */
  static boolean goodAnswer(RadiusPacket answer, RadiusPacket request, Secret secret) {
    byte[] signed = answer.with(request.authenticator()).encode();
    return answer.identifier() == request.identifier()
        && MessageDigest.isEqual(Md5.of(signed, secret.reveal()), answer.authenticator());
  }

  /**
   * Whether a Disconnect or CoA request is from who knows the secret; a Message-Authenticator is
   * checked where it is there.
   */
  static boolean goodRequest(RadiusPacket request, Secret secret) {
    byte[] signed = request.with(ZEROS).encode();
    boolean bare = request.first(AttributeType.MESSAGE_AUTHENTICATOR).isEmpty();
    return MessageDigest.isEqual(Md5.of(signed, secret.reveal()), request.authenticator())
        && (bare || goodMessageAuthenticator(request, ZEROS, secret));
  }

  /** There must be exactly one, over the packet with this authenticator. */
  static boolean goodMessageAuthenticator(
      RadiusPacket packet, byte[] authenticator, Secret secret) {
    List<byte[]> given = packet.all(AttributeType.MESSAGE_AUTHENTICATOR).toList();
    if (given.size() != 1 || given.getFirst().length != Md5.OCTETS) {
      return false;
    }
    List<Attribute> blanked =
        packet.attributes().stream()
            .map(
                each ->
                    each.type() == AttributeType.MESSAGE_AUTHENTICATOR
                        ? new Attribute(each.type(), ZEROS)
                        : each)
            .toList();
    byte[] expected =
        Md5.hmac(
            secret.reveal(),
            new RadiusPacket(packet.code(), packet.identifier(), authenticator, blanked).encode());
    return MessageDigest.isEqual(expected, given.getFirst());
  }
}
