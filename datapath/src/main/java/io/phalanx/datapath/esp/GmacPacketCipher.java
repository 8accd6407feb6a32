package io.phalanx.datapath.esp;

import io.phalanx.datapath.crypto.Aead;

/**
 * AES-GMAC (RFC 4543): AES-GCM that encrypts nothing. All of the packet is associated data, with
 * the whole 64-bit number in place of the half on the wire where there is one (§3.3).
 */
final class GmacPacketCipher implements PacketCipher {
  private static final int SALT_OCTETS = 4;
  private static final int IV_OCTETS = 8;
  private static final int PACKET_OCTETS_MAX = 1 << 16;
  private static final int PACKET_OCTETS_USUAL = 2048;

  private final Aead gcm;
  private final boolean extended;
  private final byte[] nonce = new byte[SALT_OCTETS + IV_OCTETS];
  private byte[] associated = new byte[PACKET_OCTETS_USUAL];

  GmacPacketCipher(Aead gcm, byte[] keyAndSalt, boolean extended) {
    this.gcm = gcm;
    this.extended = extended;
    System.arraycopy(keyAndSalt, keyAndSalt.length - SALT_OCTETS, nonce, 0, SALT_OCTETS);
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
    return gcm.icvOctets();
  }

  @Override
  public int seal(byte[] packet, int offset, int payloadLength, long sequence) {
    int covered = EspPacket.IV + IV_OCTETS + payloadLength;
    int length = prepare(packet, offset, covered, sequence);
    gcm.seal(nonce, associated, length, packet, offset + covered, 0);
    return covered + icvOctets();
  }

  @Override
  public boolean open(byte[] packet, int offset, int length, long sequence) {
    int covered = length - icvOctets();
    if (covered < EspPacket.IV + IV_OCTETS + EspPacket.TRAILER_OCTETS
        || covered > PACKET_OCTETS_MAX) {
      return false;
    }
    int associatedLength = prepare(packet, offset, covered, sequence);
    return gcm.open(nonce, associated, associatedLength, packet, offset + covered, icvOctets());
  }

  private int prepare(byte[] packet, int offset, int covered, long sequence) {
    if (associated.length < covered + 4) {
      associated = new byte[PACKET_OCTETS_MAX + 4];
    }
    System.arraycopy(packet, offset + EspPacket.IV, nonce, SALT_OCTETS, IV_OCTETS);
    EspPacket.putInt(associated, 0, EspPacket.spi(packet, offset));
    int at = 4;
    if (extended) {
      EspPacket.putInt(associated, at, (int) (sequence >>> 32));
      at += 4;
    }
    EspPacket.putInt(associated, at, (int) sequence);
    at += 4;
    int rest = covered - EspPacket.IV;
    System.arraycopy(packet, offset + EspPacket.IV, associated, at, rest);
    return at + rest;
  }
}
