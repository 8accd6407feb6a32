package io.phalanx.datapath.esp;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CBC (RFC 3602) with a truncated HMAC-SHA2 (RFC 4868) over header, IV and ciphertext. With
 * 64-bit numbers the high half, which is not sent, follows what the ICV covers (RFC 4303 §2.2.1).
 */
final class CbcPacketCipher implements PacketCipher {
  private static final int BLOCK_OCTETS = 16;

  private final Cipher cipher;
  private final Mac mac;
  private final SecretKeySpec key;
  private final int icvOctets;
  private final boolean extended;
  private final byte[] high = new byte[4];
  private final byte[] digest;

  CbcPacketCipher(
      Cipher cipher,
      Mac mac,
      byte[] encryptionKey,
      byte[] integrityKey,
      int icvOctets,
      boolean extended)
      throws InvalidKeyException {
    this.cipher = cipher;
    this.mac = mac;
    this.key = new SecretKeySpec(encryptionKey, "AES");
    this.icvOctets = icvOctets;
    this.extended = extended;
    this.digest = new byte[mac.getMacLength()];
    mac.init(new SecretKeySpec(integrityKey, mac.getAlgorithm()));
  }

  @Override
  public int ivOctets() {
    return BLOCK_OCTETS;
  }

  @Override
  public int alignOctets() {
    return BLOCK_OCTETS;
  }

  @Override
  public int icvOctets() {
    return icvOctets;
  }

  @Override
  public int seal(byte[] packet, int offset, int payloadLength, long sequence) {
    try {
      crypt(Cipher.ENCRYPT_MODE, packet, offset, payloadLength);
      int covered = EspPacket.IV + BLOCK_OCTETS + payloadLength;
      digest(packet, offset, covered, sequence);
      System.arraycopy(digest, 0, packet, offset + covered, icvOctets);
      return covered + icvOctets;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot seal", fault);
    }
  }

  @Override
  public boolean open(byte[] packet, int offset, int length, long sequence) {
    int payloadLength = length - EspPacket.IV - BLOCK_OCTETS - icvOctets;
    if (payloadLength < BLOCK_OCTETS || payloadLength % BLOCK_OCTETS != 0) {
      return false;
    }
    try {
      digest(packet, offset, length - icvOctets, sequence);
      if (!matches(packet, offset + length - icvOctets)) {
        return false;
      }
      crypt(Cipher.DECRYPT_MODE, packet, offset, payloadLength);
      return true;
    } catch (GeneralSecurityException notAuthentic) {
      return false;
    }
  }

  private void crypt(int mode, byte[] packet, int offset, int payloadLength)
      throws GeneralSecurityException {
    int payload = offset + EspPacket.IV + BLOCK_OCTETS;
    cipher.init(mode, key, new IvParameterSpec(packet, offset + EspPacket.IV, BLOCK_OCTETS));
    cipher.doFinal(packet, payload, payloadLength, packet, payload);
  }

  private void digest(byte[] packet, int offset, int length, long sequence)
      throws GeneralSecurityException {
    mac.update(packet, offset, length);
    if (extended) {
      EspPacket.putInt(high, 0, (int) (sequence >>> 32));
      mac.update(high);
    }
    mac.doFinal(digest, 0);
  }

  /** Compares in a time that does not tell where the difference is. */
  private boolean matches(byte[] packet, int offset) {
    int difference = 0;
    for (int octet = 0; octet < icvOctets; octet++) {
      difference |= digest[octet] ^ packet[offset + octet];
    }
    return difference == 0;
  }
}
