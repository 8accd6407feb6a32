package io.phalanx.datapath.esp;

import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.datapath.crypto.Aead;

/**
 * Combined-mode ciphers: AES-GCM (RFC 4106), AES-CCM (RFC 4309), ChaCha20-Poly1305 (RFC 7634). All
 * take a nonce of salt and explicit IV, and associated data of SPI and sequence number.
 */
final class AeadPacketCipher implements PacketCipher {
  private static final int IV_OCTETS = 8;

  private final Aead aead;
  private final int saltOctets;
  private final int icvOctets;
  private final boolean extended;
  private final byte[] nonce;
  private final byte[] associated;

  /**
   * @param keyAndSalt the key with the salt behind it
   * @param extended 64-bit sequence numbers in the associated data (RFC 4106 §5)
   */
  AeadPacketCipher(EncryptionAlgorithm algorithm, Aead aead, byte[] keyAndSalt, boolean extended) {
    this.aead = aead;
    this.saltOctets = algorithm.saltOctets();
    this.icvOctets = aead.icvOctets();
    this.extended = extended;
    this.nonce = new byte[saltOctets + IV_OCTETS];
    this.associated = new byte[extended ? 12 : 8];
    System.arraycopy(keyAndSalt, keyAndSalt.length - saltOctets, nonce, 0, saltOctets);
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
    return icvOctets;
  }

  @Override
  public int seal(byte[] packet, int offset, int payloadLength, long sequence) {
    prepare(packet, offset, sequence);
    int payload = offset + EspPacket.IV + IV_OCTETS;
    aead.seal(nonce, associated, associated.length, packet, payload, payloadLength);
    return payloadLength + overheadOctets();
  }

  @Override
  public boolean open(byte[] packet, int offset, int length, long sequence) {
    int sealed = length - EspPacket.IV - IV_OCTETS;
    if (sealed < icvOctets + EspPacket.TRAILER_OCTETS) {
      return false;
    }
    prepare(packet, offset, sequence);
    int payload = offset + EspPacket.IV + IV_OCTETS;
    return aead.open(nonce, associated, associated.length, packet, payload, sealed);
  }

  private void prepare(byte[] packet, int offset, long sequence) {
    System.arraycopy(packet, offset + EspPacket.IV, nonce, saltOctets, IV_OCTETS);
    EspPacket.putInt(associated, 0, EspPacket.spi(packet, offset));
    if (extended) {
      EspPacket.putLong(associated, 4, sequence);
    } else {
      EspPacket.putInt(associated, 4, (int) sequence);
    }
  }
}
