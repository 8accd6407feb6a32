package io.phalanx.node.eap;

import io.phalanx.config.Secret;
import io.phalanx.replication.image.EapState;
import io.phalanx.replication.image.EapState.Step;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2 §2).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |   (type 26)   |    op-code    | MS-CHAPv2-id  |   MS-length
 * +---------------+---------------+---------------+---------------+
 *    ...          |  data ...
 * +---------------+-----------------------------------------------+
 * </pre>
 */
final class MsChapMethod {
  static final int CHALLENGE = 1;
  static final int RESPONSE = 2;
  static final int SUCCESS = 3;
  static final int FAILURE = 4;

  static final int HEADER_OCTETS = 4;
  static final int VALUE_OCTETS = 49;
  private static final int NAME_OCTETS_MAX = 256;

  /** To a peer an unknown name and a wrong password look the same, also in time. */
  private static final EapUser NOBODY = new EapUser("", Secret.ofUtf8("a password of nobody"));

  private final EapServer.Policy policy;
  private final SecureRandom random;

  MsChapMethod(EapServer.Policy policy, SecureRandom random) {
    this.policy = policy;
    this.random = random;
  }

  EapOutcome begin(EapState state, int identifier) {
    byte[] challenge = new byte[MsChapV2.CHALLENGE_OCTETS];
    random.nextBytes(challenge);
    byte[] name = policy.serverName().getBytes(StandardCharsets.UTF_8);
    byte[] data =
        ByteBuffer.allocate(1 + challenge.length + name.length)
            .put((byte) challenge.length)
            .put(challenge)
            .put(name)
            .array();
    return ask(state, Step.CHALLENGED, identifier, CHALLENGE, data, Secret.of(challenge));
  }

  private static EapOutcome ask(
      EapState state, Step step, int identifier, int opCode, byte[] data, Secret secret) {
    byte[] body =
        ByteBuffer.allocate(HEADER_OCTETS + data.length)
            .put((byte) opCode)
            .put((byte) identifier)
            .putShort((short) (HEADER_OCTETS + data.length))
            .put(data)
            .array();
    EapPacket packet = EapPacket.request(identifier, EapPacket.MSCHAPV2, body);
    return new EapOutcome.Ask(state.asked(step, packet.encode(), secret));
  }

  /** Takes a response of type 26 to the last request. */
  EapOutcome received(EapState state, EapPacket response) {
    int opCode = response.data().length == 0 ? 0 : response.data()[0];
    if (state.step() == Step.CHALLENGED && opCode == RESPONSE) {
      return judge(state, response);
    }
    if (state.step() == Step.ACCEPTED && opCode == SUCCESS) {
      return EapServer.succeeded(state, state.secret());
    }
    return EapServer.failed(
        state,
        state.step() == Step.REFUSED
            ? "wrong password, or no such user: " + EapPacket.printable(state.user())
            : "it breaks MSCHAPv2 off");
  }

  private EapOutcome judge(EapState state, EapPacket response) {
    byte[] data = response.data();
    int valueFrom = HEADER_OCTETS + 1;
    int nameFrom = valueFrom + VALUE_OCTETS;
    if (data.length < nameFrom
        || data.length > nameFrom + NAME_OCTETS_MAX
        || data[HEADER_OCTETS] != VALUE_OCTETS
        || data[1] != state.request()[1]) {
      return EapServer.failed(state, "a malformed MSCHAPv2 response");
    }
    String name = new String(data, nameFrom, data.length - nameFrom, StandardCharsets.UTF_8);
    Optional<EapUser> user = find(name);
    Secret hash = MsChapV2.passwordHash(user.orElse(NOBODY).password());
    byte[] peerChallenge = Arrays.copyOfRange(data, valueFrom, valueFrom + 16);
    byte[] given = Arrays.copyOfRange(data, valueFrom + 24, valueFrom + 48);
    byte[] challenge =
        MsChapV2.challengeHash(
            peerChallenge,
            state.secret().reveal(),
            withoutDomain(name).getBytes(StandardCharsets.UTF_8));
    boolean good = MessageDigest.isEqual(MsChapV2.response(challenge, hash), given);
    return good && user.isPresent()
        ? accept(state.as(user.get().name()), hash, given, challenge)
        : refuse(state.as(name));
  }

  private static EapOutcome accept(EapState state, Secret hash, byte[] given, byte[] challenge) {
    String proof = MsChapV2.authenticatorResponse(hash, given, challenge) + " M=Welcome";
    return ask(
        state,
        Step.ACCEPTED,
        state.identifier() + 1,
        SUCCESS,
        proof.getBytes(StandardCharsets.US_ASCII),
        MsChapV2.msk(hash, given));
  }

  private EapOutcome refuse(EapState state) {
    byte[] challenge = new byte[MsChapV2.CHALLENGE_OCTETS];
    random.nextBytes(challenge);
    String text =
        "E=691 R=0 C=%s V=3 M=Authentication failed"
            .formatted(HexFormat.of().withUpperCase().formatHex(challenge));
    return ask(
        state,
        Step.REFUSED,
        state.identifier() + 1,
        FAILURE,
        text.getBytes(StandardCharsets.US_ASCII),
        Secret.EMPTY);
  }

  private Optional<EapUser> find(String name) {
    return policy.users().apply(name).or(() -> policy.users().apply(withoutDomain(name)));
  }

  /** {@code DOMAIN\\user} counts as {@code user} (RFC 2759 §4). */
  private static String withoutDomain(String name) {
    return name.substring(name.lastIndexOf('\\') + 1);
  }
}
