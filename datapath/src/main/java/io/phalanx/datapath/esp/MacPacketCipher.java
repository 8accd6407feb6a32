package io.phalanx.datapath.esp;

import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.crypto.Confidentiality;
import io.phalanx.datapath.crypto.KeyedMac;

/**
 * AES-CBC (RFC 3602), AES-CTR (RFC 3686) and NULL (RFC 2410) with a truncated MAC over header, IV
 * and ciphertext. With 64-bit numbers the high half, which is not sent, follows what the ICV covers
 * (RFC 4303 §2.2.1).
 */
final class MacPacketCipher implements PacketCipher {
  private static final int ALIGN_OCTETS_MIN = 4; // RFC 4303 §2.4

  private final Confidentiality confidentiality;
  private final KeyedMac mac;
  private final int ivOctets;
  private final int blockOctets;
  private final int icvOctets;
  private final boolean extended;
  private final byte[] high = new byte[4];
  private final byte[] digest;

  MacPacketCipher(
      EncryptionAlgorithm encryption,
      Confidentiality confidentiality,
      IntegrityAlgorithm integrity,
      KeyedMac mac,
      boolean extended) {
    this.confidentiality = confidentiality;
    this.mac = mac;
    this.ivOctets = encryption.ivOctets();
    this.blockOctets = encryption.blockOctets();
    this.icvOctets = integrity.icvOctets();
    this.extended = extended;
    this.digest = new byte[mac.octets()];
  }

  @Override
  public int ivOctets() {
    return ivOctets;
  }

  @Override
  public int alignOctets() {
    return Math.max(blockOctets, ALIGN_OCTETS_MIN);
  }

  @Override
  public int icvOctets() {
    return icvOctets;
  }

  @Override
  public int seal(byte[] packet, int offset, int payloadLength, long sequence) {
    int iv = offset + EspPacket.IV;
    confidentiality.encrypt(packet, iv, iv + ivOctets, payloadLength);
    int covered = EspPacket.IV + ivOctets + payloadLength;
    digest(packet, offset, covered, sequence);
    System.arraycopy(digest, 0, packet, offset + covered, icvOctets);
    return covered + icvOctets;
  }

  @Override
  public boolean open(byte[] packet, int offset, int length, long sequence) {
    int payloadLength = length - EspPacket.IV - ivOctets - icvOctets;
    if (payloadLength < EspPacket.TRAILER_OCTETS || payloadLength % blockOctets != 0) {
      return false;
    }
    digest(packet, offset, length - icvOctets, sequence);
    if (!matches(packet, offset + length - icvOctets)) {
      return false;
    }
    int iv = offset + EspPacket.IV;
    confidentiality.decrypt(packet, iv, iv + ivOctets, payloadLength);
    return true;
  }

  private void digest(byte[] packet, int offset, int length, long sequence) {
    mac.update(packet, offset, length);
    if (extended) {
      EspPacket.putInt(high, 0, (int) (sequence >>> 32));
      mac.update(high, 0, high.length);
    }
    mac.finish(digest, 0);
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
