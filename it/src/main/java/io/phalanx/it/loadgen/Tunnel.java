package io.phalanx.it.loadgen;

import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.SubSaSpec;
import io.phalanx.datapath.esp.EspPacket;
import io.phalanx.datapath.esp.PacketCipher;
import io.phalanx.datapath.esp.PacketCiphers;
import io.phalanx.datapath.esp.ReplayWindow;
import io.phalanx.replication.image.SaClusterImage;
import java.net.InetAddress;

/** A peer's end of a Child SA, in tunnel mode over IPv4. */
final class Tunnel {
  /** Wide, so that an old number tells a repetition from a straggler for long. */
  private static final int WINDOW_BITS = 8192;

  private final int id;
  private final int outboundSpi;
  private final boolean extended;
  private final PacketCipher sealer;
  private final PacketCipher opener;
  private final ReplayWindow window = new ReplayWindow(WINDOW_BITS, 0);
  private final InetAddress inner;
  private long sequence;

  Tunnel(SaClusterImage image, PacketCiphers ciphers) {
    SubSaSpec spec = image.subSas().getFirst();
    this.id = image.id();
    this.outboundSpi = spec.outboundSpi();
    this.extended = image.extendedSequenceNumbers();
    this.sealer =
        ciphers.create(spec.suite(), spec.outboundEncryption(), spec.outboundIntegrity(), extended);
    this.opener =
        ciphers.create(spec.suite(), spec.inboundEncryption(), spec.inboundIntegrity(), extended);
    this.inner = image.localSelectors().getFirst().start();
  }

  int id() {
    return id;
  }

  /** The address inside. */
  InetAddress inner() {
    return inner;
  }

  /**
   * Encrypts an inner packet.
   *
   * @param out gets the ESP packet from its beginning
   * @return its length
   */
  int seal(byte[] packet, byte[] out, NonceSource ivs) {
    int payload = EspPacket.IV + sealer.ivOctets();
    sequence++;
    EspPacket.putHeader(out, 0, outboundSpi, sequence);
    long iv = ivs.next();
    for (int octet = 0; octet < sealer.ivOctets(); octet++) {
      out[EspPacket.IV + octet] = (byte) (octet < 8 ? iv >>> (8 * (7 - octet)) : 0);
    }
    System.arraycopy(packet, 0, out, payload, packet.length);
    int length =
        EspPacket.putTrailer(
            out, payload, packet.length, sealer.alignOctets(), EspPacket.NEXT_HEADER_IPV4);
    return sealer.seal(out, 0, length, sequence);
  }

  /** What became of a packet of the gateway. */
  enum Arrival {
    NEW,
    /** Authentic, and its number was there before. */
    REPEATED,
    /** Older than the window tells. */
    OLD,
    NOT_AUTHENTIC
  }

  /**
   * Decrypts in place. Unlike a real receiver it also opens what the window refuses: a number that
   * is used twice is what we look for.
   */
  Arrival open(byte[] packet, int length) {
    int low = EspPacket.sequenceLow(packet, 0);
    long number = extended ? window.infer(low) : Integer.toUnsignedLong(low);
    boolean fresh = window.fresh(number);
    if (length <= sealer.overheadOctets() || !opener.open(packet, 0, length, number)) {
      return Arrival.NOT_AUTHENTIC;
    }
    if (fresh) {
      window.mark(number);
      return Arrival.NEW;
    }
    return window.top() - number < WINDOW_BITS ? Arrival.REPEATED : Arrival.OLD;
  }

  /** Where the inner packet begins in what {@link #open} has decrypted. */
  int innerOffset() {
    return EspPacket.IV + opener.ivOctets();
  }

  /** Its length, negative if the padding is wrong. */
  int innerLength(byte[] packet, int length) {
    return EspPacket.innerLength(packet, innerOffset(), length - opener.overheadOctets());
  }
}
