package io.phalanx.datapath.esp;

import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.flow.Suites;

/**
 * How fast one core seals and opens packets of 1400 octets: {@code java -cp ...
 * io.phalanx.datapath.esp.PacketCipherBenchmark}. A rough figure, for comparing providers.
 */
final class PacketCipherBenchmark {
  private static final int INNER_OCTETS = 1400;
  private static final int PACKETS = 50_000;
  private static final int ROUNDS = 4;

  private PacketCipherBenchmark() {}

  public static void main(String[] arguments) {
    for (PacketCiphers ciphers :
        new PacketCiphers[] {PacketCiphers.fastest(), PacketCiphers.jdk()}) {
      for (EspSuite suite : Suites.all()) {
        if (usual(suite)) {
          System.out.println(name(suite) + ": " + measure(ciphers, suite));
        }
      }
    }
  }

  /** One of each cipher, with one MAC where it needs one. */
  private static boolean usual(EspSuite suite) {
    return suite.extendedSequenceNumbers()
        && suite.keyBits() != 192
        && suite.integrity().map(each -> each == IntegrityAlgorithm.HMAC_SHA2_256_128).orElse(true);
  }

  private static String name(EspSuite suite) {
    return suite.encryption()
        + "-"
        + suite.keyBits()
        + suite.integrity().map(i -> "+" + i).orElse("");
  }

  /** The last round, when everything is compiled. */
  private static String measure(PacketCiphers ciphers, EspSuite suite) {
    PacketCipher sealer = cipher(ciphers, suite);
    PacketCipher opener = cipher(ciphers, suite);
    byte[] packet = new byte[2048];
    long sequence = 0;
    String result = "";
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int count = 0; count < PACKETS; count++) {
        sequence++;
        EspPacket.putHeader(packet, 0, 1, sequence);
        EspPacket.putLong(packet, EspPacket.IV, sequence);
        int payload = EspPacket.IV + sealer.ivOctets();
        int sealed = EspPacket.putTrailer(packet, payload, INNER_OCTETS, sealer.alignOctets(), 4);
        int total = sealer.seal(packet, 0, sealed, sequence);
        if (!opener.open(packet, 0, total, sequence)) {
          throw new AssertionError("does not open");
        }
      }
      long nanos = (System.nanoTime() - start) / PACKETS;
      result = nanos + " ns per packet sealed and opened, " + 1_000_000_000 / nanos + " per second";
    }
    return result;
  }

  private static PacketCipher cipher(PacketCiphers ciphers, EspSuite suite) {
    return ciphers.create(suite, Suites.key(suite, 1), Suites.integrityKey(suite, 1), true);
  }
}
