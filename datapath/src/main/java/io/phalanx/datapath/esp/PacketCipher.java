package io.phalanx.datapath.esp;

/**
 * Encryption and integrity of ESP packets under the keys of one SA in one direction, in place on
 * heap arrays. Not thread-safe: belongs to a sub-SA and so to its home loop.
 *
 * <p>JCE asks for a new parameter object for each packet, which clones its IV, and some providers
 * clone the key to compare it; beyond that an implementation allocates nothing per packet.
 */
public interface PacketCipher {
  /** Octets of explicit IV behind the ESP header. */
  int ivOctets();

  /** What inner packet and trailer are padded to a multiple of: at least 4 (RFC 4303 §2.4). */
  int alignOctets();

  /** Octets of ICV at the end. */
  int icvOctets();

  /**
   * Encrypts a packet whose header, IV, inner packet and trailer are in place, and appends the ICV.
   *
   * @param payloadLength octets of inner packet and trailer
   * @param sequence all 64 bits of the number
   * @return octets of the whole packet
   */
  int seal(byte[] packet, int offset, int payloadLength, long sequence);

  /**
   * Verifies and decrypts a packet in place. Where it says false the payload is undefined.
   *
   * @param length octets of the whole packet, any
   * @return whether the packet is authentic
   */
  boolean open(byte[] packet, int offset, int length, long sequence);

  /** Octets before and behind the payload: header, IV and ICV. */
  default int overheadOctets() {
    return EspPacket.IV + ivOctets() + icvOctets();
  }
}
