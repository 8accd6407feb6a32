package io.phalanx.replication.image;

import io.phalanx.config.Secret;

/**
 * How far an EAP conversation has come (RFC 3748): whoever has it goes on with it.
 *
 * @param method place of the method in the configuration's list
 * @param rounds requests sent so far
 * @param request the last packet sent to the peer, as it was sent
 * @param user who the peer says it is; once {@code DONE}, who it is
 * @param secret at {@code CHALLENGED} our challenge, at {@code ACCEPTED} and {@code DONE} the MSK
 *     (empty where the method makes none), at {@code RADIUS} the State attribute
 * @param server place of the RADIUS server that has begun it in the configuration's list
 */
public record EapState(
    Step step, int method, int rounds, byte[] request, String user, Secret secret, int server) {

  /** What the peer was asked last. */
  public enum Step {
    /** Nothing yet. */
    NEW,
    /** Its name. */
    IDENTITY,
    /** MSCHAPv2: to answer a challenge. */
    CHALLENGED,
    /** MSCHAPv2: to take our proof. */
    ACCEPTED,
    /** MSCHAPv2: to take note that the password is wrong. */
    REFUSED,
    /** TLS; the rest of it is on the member that has begun it, and only there. */
    TLS,
    /** Whatever the RADIUS server has asked. */
    RADIUS,
    /** Nothing more: EAP has succeeded. */
    DONE
  }

  public static final EapState NEW = new EapState(Step.NEW, 0, 0, new byte[0], "", Secret.EMPTY, 0);

  public EapState asked(Step now, byte[] packet, Secret secretNow) {
    return new EapState(now, method, rounds + 1, packet, user, secretNow, server);
  }

  public EapState as(String name) {
    return new EapState(step, method, rounds, request, name, secret, server);
  }

  public EapState by(int methodNow) {
    return new EapState(step, methodNow, rounds, request, user, secret, server);
  }

  public EapState at(int serverNow) {
    return new EapState(step, method, rounds, request, user, secret, serverNow);
  }

  /** The identifier of the last packet sent. */
  public int identifier() {
    return request.length < 2 ? 0 : request[1] & 0xff;
  }
}
