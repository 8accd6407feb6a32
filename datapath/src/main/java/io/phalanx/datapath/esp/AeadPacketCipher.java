package io.phalanx.datapath.esp;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM with a 16-octet ICV (RFC 4106) and ChaCha20-Poly1305 (RFC 7634): both take a nonce of
 * salt and explicit IV, and associated data of SPI and sequence number.
 */
final class AeadPacketCipher implements PacketCipher {
  private static final int SALT_OCTETS = 4;
  private static final int IV_OCTETS = 8;
  private static final int ICV_OCTETS = 16;

  private final Cipher cipher;
  private final SecretKeySpec key;
  private final boolean gcm;
  private final boolean extended;
  private final byte[] nonce = new byte[SALT_OCTETS + IV_OCTETS];
  private final byte[] associated;

  /**
   * @param keyAndSalt the key with the salt behind it
   * @param extended 64-bit sequence numbers in the associated data (RFC 4106 §5)
   */
  AeadPacketCipher(Cipher cipher, String keyName, byte[] keyAndSalt, boolean extended) {
    int keyOctets = keyAndSalt.length - SALT_OCTETS;
    this.cipher = cipher;
    this.key = new SecretKeySpec(keyAndSalt, 0, keyOctets, keyName);
    this.gcm = keyName.equals("AES");
    this.extended = extended;
    this.associated = new byte[extended ? 12 : 8];
    System.arraycopy(keyAndSalt, keyOctets, nonce, 0, SALT_OCTETS);
  }

  @Override
  public int ivOctets() {
    return IV_OCTETS;
  }

  @Override
  public int alignOctets() {
    return 4;
  }

  @Override
  public int icvOctets() {
    return ICV_OCTETS;
  }

  @Override
  public int seal(byte[] packet, int offset, int payloadLength, long sequence) {
    int payload = offset + EspPacket.IV + IV_OCTETS;
    try {
      // A provider refuses to encrypt twice with one nonce: a second line behind NonceSource.
      cipher.init(Cipher.ENCRYPT_MODE, key, parameters(packet, offset));
      cipher.updateAAD(associated(packet, offset, sequence));
      cipher.doFinal(packet, payload, payloadLength, packet, payload);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot seal", fault);
    }
    return payloadLength + overheadOctets();
  }

  @Override
  public boolean open(byte[] packet, int offset, int length, long sequence) {
    int payload = offset + EspPacket.IV + IV_OCTETS;
    int sealed = length - EspPacket.IV - IV_OCTETS;
    if (sealed < ICV_OCTETS + EspPacket.TRAILER_OCTETS) {
      return false;
    }
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, parameters(packet, offset));
      cipher.updateAAD(associated(packet, offset, sequence));
      cipher.doFinal(packet, payload, sealed, packet, payload);
      return true;
    } catch (GeneralSecurityException notAuthentic) {
      return false;
    }
  }

  private AlgorithmParameterSpec parameters(byte[] packet, int offset) {
    System.arraycopy(packet, offset + EspPacket.IV, nonce, SALT_OCTETS, IV_OCTETS);
    return gcm ? new GCMParameterSpec(ICV_OCTETS * 8, nonce) : new IvParameterSpec(nonce);
  }

  private byte[] associated(byte[] packet, int offset, long sequence) {
    EspPacket.putInt(associated, 0, EspPacket.spi(packet, offset));
    if (extended) {
      EspPacket.putLong(associated, 4, sequence);
    } else {
      EspPacket.putInt(associated, 4, (int) sequence);
    }
    return associated;
  }
}
