package io.phalanx.replication.hazelcast;

import com.hazelcast.nio.MemberSocketInterceptor;
import io.phalanx.replication.seal.Keyring;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Properties;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Lets only members of this cluster connect: both ends prove that they hold a cluster key before
 * the first octet of Hazelcast's own protocol, so that nobody else reaches its deserialization.
 *
 * <pre>
 * each end:  | challenge (32) |                then
 *            | key id (1) | HMAC-SHA256(key, role, own challenge, challenge of the other) (32) |
 * </pre>
 *
 * <p>The role is in it, so that a proof cannot be sent back to whom it came from. What follows on
 * the connection is not protected: the network between members has to be their own. Values are
 * sealed apart from this.
 */
final class JoinHandshake implements MemberSocketInterceptor {
  private static final int CHALLENGE_OCTETS = 32;
  private static final int PROOF_OCTETS = 32;
  private static final int TIMEOUT_MILLIS = 2000;

  private final Keyring keyring;
  private final SecureRandom random;

  private enum Role {
    CONNECTS,
    ACCEPTS
  }

  JoinHandshake(Keyring keyring, SecureRandom random) {
    this.keyring = keyring;
    this.random = random;
  }

  @Override
  public void init(Properties properties) {}

  @Override
  public void onConnect(Socket socket) throws IOException {
    shake(socket, Role.CONNECTS, Role.ACCEPTS);
  }

  @Override
  public void onAccept(Socket socket) throws IOException {
    shake(socket, Role.ACCEPTS, Role.CONNECTS);
  }

  private void shake(Socket socket, Role mine, Role theirs) throws IOException {
    int timeoutBefore = socket.getSoTimeout();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    byte[] challenge = new byte[CHALLENGE_OCTETS];
    random.nextBytes(challenge);
    var out = socket.getOutputStream();
    var in = new DataInputStream(socket.getInputStream());
    out.write(challenge);
    out.flush();
    byte[] theirChallenge = new byte[CHALLENGE_OCTETS];
    in.readFully(theirChallenge);

    out.write(keyring.newest());
    out.write(proof(keyring.newest(), mine, challenge, theirChallenge));
    out.flush();
    int keyId = in.readUnsignedByte();
    byte[] theirProof = new byte[PROOF_OCTETS];
    in.readFully(theirProof);
    if (!keyring.holds(keyId)
        || !MessageDigest.isEqual(theirProof, proof(keyId, theirs, theirChallenge, challenge))) {
      throw new IOException("not a member of this cluster: other key");
    }
    socket.setSoTimeout(timeoutBefore);
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
