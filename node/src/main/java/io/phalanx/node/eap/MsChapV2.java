package io.phalanx.node.eap;

import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The computations of MS-CHAP-V2 (RFC 2759 §8) and of its keys (RFC 3079 §3.4). */
final class MsChapV2 {
  static final int CHALLENGE_OCTETS = 16;
  static final int RESPONSE_OCTETS = 24;

  private static final int DES_KEY_OCTETS = 7;
  private static final int SESSION_KEY_OCTETS = 16;
  private static final int MSK_OCTETS = 64; // RFC 3748 §7.10
  private static final byte[] SIGNING = ascii("Magic server to client signing constant");
  private static final byte[] ITERATION = ascii("Pad to make it do more than one iteration");
  private static final byte[] MASTER_KEY = ascii("This is the MPPE Master Key");
  private static final byte[] TO_SERVER =
      ascii("On the client side, this is the send key; on the server side, it is the receive key.");
  private static final byte[] TO_CLIENT =
      ascii("On the client side, this is the receive key; on the server side, it is the send key.");
  private static final byte[] PAD_1 = new byte[40];
  private static final byte[] PAD_2 = new byte[40];

  static {
    Arrays.fill(PAD_2, (byte) 0xf2);
  }

  private MsChapV2() {}

  /** NtPasswordHash (§8.3): MD4 of the password in UTF-16, low octet first. */
  static Secret passwordHash(Secret passwordUtf8) {
    byte[] text =
        new String(passwordUtf8.reveal(), StandardCharsets.UTF_8)
            .getBytes(StandardCharsets.UTF_16LE);
    byte[] hash = Md4.of(text);
    Arrays.fill(text, (byte) 0);
    Secret secret = Secret.of(hash);
    Arrays.fill(hash, (byte) 0);
    return secret;
  }

  /** ChallengeHash (§8.2). */
  static byte[] challengeHash(byte[] peerChallenge, byte[] ownChallenge, byte[] userName) {
    return Arrays.copyOf(sha1(peerChallenge, ownChallenge, userName), 8);
  }

  /** ChallengeResponse (§8.5): the challenge under three DES keys that the hash is cut into. */
  static byte[] response(byte[] challengeHash, Secret passwordHash) {
    byte[] keys = Arrays.copyOf(passwordHash.reveal(), 3 * DES_KEY_OCTETS);
    byte[] response = new byte[RESPONSE_OCTETS];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(Des.encrypt(challengeHash, keys, i * DES_KEY_OCTETS), 0, response, 8 * i, 8);
    }
    Arrays.fill(keys, (byte) 0);
    return response;
  }

  /** GenerateAuthenticatorResponse (§8.7): by {@code S=} and 40 digits we show that we know it. */
  static String authenticatorResponse(Secret passwordHash, byte[] response, byte[] challengeHash) {
    byte[] hashHash = Md4.of(passwordHash.reveal());
    byte[] digest = sha1(hashHash, response, SIGNING);
    Arrays.fill(hashHash, (byte) 0);
    return "S=" + HexFormat.of().withUpperCase().formatHex(sha1(digest, challengeHash, ITERATION));
  }

  /** The MSK: what comes from the client, then what goes to it, then zeros, as all peers do. */
  static Secret msk(Secret passwordHash, byte[] response) {
    byte[] master = masterKey(passwordHash, response);
    byte[] msk = new byte[MSK_OCTETS];
    System.arraycopy(sessionKey(master, TO_SERVER), 0, msk, 0, SESSION_KEY_OCTETS);
    System.arraycopy(sessionKey(master, TO_CLIENT), 0, msk, SESSION_KEY_OCTETS, SESSION_KEY_OCTETS);
    Secret secret = Secret.of(msk);
    Arrays.fill(master, (byte) 0);
    Arrays.fill(msk, (byte) 0);
    return secret;
  }

  /** GetMasterKey (RFC 3079 §3.4). */
  static byte[] masterKey(Secret passwordHash, byte[] response) {
    byte[] hashHash = Md4.of(passwordHash.reveal());
    byte[] master = Arrays.copyOf(sha1(hashHash, response, MASTER_KEY), SESSION_KEY_OCTETS);
    Arrays.fill(hashHash, (byte) 0);
    return master;
  }

  /** GetAsymmetricStartKey (RFC 3079 §3.4), what the server sends with. */
  static byte[] toClientKey(byte[] masterKey) {
    return sessionKey(masterKey, TO_CLIENT);
  }

  private static byte[] sessionKey(byte[] masterKey, byte[] magic) {
    return Arrays.copyOf(sha1(masterKey, PAD_1, magic, PAD_2), SESSION_KEY_OCTETS);
  }

  private static byte[] sha1(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException("every Java platform has SHA-1", fault);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
