package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import java.util.Arrays;
import java.util.Optional;

/**
 * MS-MPPE-Recv-Key and MS-MPPE-Send-Key (RFC 2548 §2.4.2, §2.4.3): the two halves of the MSK, under
 * the secret of the server.
 *
 * <pre>
 * +---------------+---------------+-------------------------------
 * |           salt (2)            |  blocks of 16 octets: { key length (1) | key | zeros }
 * +---------------+---------------+-------------------------------
 *   block i is XORed with MD5(secret | block i-1 as sent, or request authenticator and salt)
 * </pre>
 */
final class MppeKeys {
  private static final int MICROSOFT = 311;
  private static final int SEND_KEY = 16;
  private static final int RECEIVE_KEY = 17;
  private static final int SALT_OCTETS = 2;
  private static final int HALF_OCTETS_MAX = 32;
  private static final int MSK_OCTETS = 64; // RFC 3748 §7.10

  private MppeKeys() {}

  /** The MSK of an Access-Accept, filled up with zeros; empty if there is none, or half of one. */
  static Optional<Secret> msk(RadiusPacket accept, RadiusPacket request, Secret secret) {
    Optional<byte[]> receive =
        accept
            .vendor(MICROSOFT, RECEIVE_KEY)
            .flatMap(each -> open(each, request.authenticator(), secret));
    Optional<byte[]> send =
        accept
            .vendor(MICROSOFT, SEND_KEY)
            .flatMap(each -> open(each, request.authenticator(), secret));
    if (receive.isEmpty() || send.isEmpty()) {
      return Optional.empty();
    }
    byte[] msk = new byte[MSK_OCTETS];
    int half = receive.get().length;
    System.arraycopy(receive.get(), 0, msk, 0, half);
    System.arraycopy(send.get(), 0, msk, half, send.get().length);
    Secret all = Secret.of(msk);
    Arrays.fill(msk, (byte) 0);
    return Optional.of(all);
  }

  private static Optional<byte[]> open(byte[] value, byte[] authenticator, Secret secret) {
    int octets = value.length - SALT_OCTETS;
    if (octets <= 0 || octets % Md5.OCTETS != 0) {
      return Optional.empty();
    }
    byte[] clear = new byte[octets];
    byte[] salt = Arrays.copyOf(value, SALT_OCTETS);
    byte[] pad = Md5.of(secret.reveal(), authenticator, salt);
    for (int from = 0; from < octets; from += Md5.OCTETS) {
      for (int i = 0; i < Md5.OCTETS; i++) {
        clear[from + i] = (byte) (value[SALT_OCTETS + from + i] ^ pad[i]);
      }
      byte[] block = Arrays.copyOfRange(value, SALT_OCTETS + from, SALT_OCTETS + from + Md5.OCTETS);
      pad = Md5.of(secret.reveal(), block);
    }
    int length = clear[0] & 0xff;
    if (length == 0 || length > HALF_OCTETS_MAX || length >= octets) {
      return Optional.empty();
    }
    return Optional.of(Arrays.copyOfRange(clear, 1, 1 + length));
  }

  /** Encrypts as a server does. */
  static byte[] seal(byte[] key, byte[] salt, byte[] authenticator, Secret secret) {
    int octets = (1 + key.length + Md5.OCTETS - 1) / Md5.OCTETS * Md5.OCTETS;
    byte[] value = new byte[SALT_OCTETS + octets];
    System.arraycopy(salt, 0, value, 0, SALT_OCTETS);
    value[SALT_OCTETS] = (byte) key.length;
    System.arraycopy(key, 0, value, SALT_OCTETS + 1, key.length);
    byte[] pad = Md5.of(secret.reveal(), authenticator, salt);
    for (int from = SALT_OCTETS; from < value.length; from += Md5.OCTETS) {
      for (int i = 0; i < Md5.OCTETS; i++) {
        value[from + i] ^= pad[i];
      }
      pad = Md5.of(secret.reveal(), Arrays.copyOfRange(value, from, from + Md5.OCTETS));
    }
    return value;
  }
}
