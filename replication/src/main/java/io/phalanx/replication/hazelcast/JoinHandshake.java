package io.phalanx.replication.hazelcast;

import io.phalanx.replication.seal.Keyring;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Both ends of a connection prove that they hold a cluster key.
 *
 * <pre>
 * each end:  | challenge (32) |                then
 *            | key id (1) | HMAC-SHA256(key, role, own challenge, challenge of the other) (32) |
 * </pre>
 *
 * <p>The role is in it, so that a proof cannot be sent back to whom it came from. Under TLS it says
 * beside the certificates that the other end reads what we seal; and an end that connects knows by
 * it that its certificate was accepted, which TLS 1.3 does not tell.
 */
final class JoinHandshake {
  private static final int CHALLENGE_OCTETS = 32;
  private static final int PROOF_OCTETS = 32;

  private final Keyring keyring;
  private final SecureRandom random;

  enum Role {
    CONNECTS,
    ACCEPTS;

    Role other() {
      return this == CONNECTS ? ACCEPTS : CONNECTS;
    }
  }

  /** The other end holds none of our keys. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
      super(message);
    }
  }

  JoinHandshake(Keyring keyring, SecureRandom random) {
    this.keyring = keyring;
    this.random = random;
  }

  /**
   * @throws Refusal if the other end holds no key of ours
   */
  void shake(Exchange exchange, Role mine) throws IOException {
    byte[] challenge = new byte[CHALLENGE_OCTETS];
    random.nextBytes(challenge);
    exchange.send(challenge);
    byte[] theirChallenge = exchange.receive(CHALLENGE_OCTETS);

    int newest = keyring.newest();
    byte[] own = proof(newest, mine, challenge, theirChallenge);
    exchange.send(ByteBuffer.allocate(1 + PROOF_OCTETS).put((byte) newest).put(own).array());
    ByteBuffer answer = ByteBuffer.wrap(exchange.receive(1 + PROOF_OCTETS));
    int keyId = Byte.toUnsignedInt(answer.get());
    byte[] theirs = new byte[PROOF_OCTETS];
    answer.get(theirs);
    if (!keyring.holds(keyId)
        || !MessageDigest.isEqual(theirs, proof(keyId, mine.other(), theirChallenge, challenge))) {
      throw new Refusal("not a member of this cluster: other key");
    }
  }

  private byte[] proof(int keyId, Role role, byte[] own, byte[] other) throws IOException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] key = keyring.derive(keyId, "join", PROOF_OCTETS).reveal();
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(role.name().getBytes(StandardCharsets.US_ASCII));
      mac.update(own);
      return mac.doFinal(other);
    } catch (GeneralSecurityException e) {
      throw new IOException("HMAC-SHA256 is not available", e);
    }
  }
}
