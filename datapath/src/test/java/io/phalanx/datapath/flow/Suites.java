package io.phalanx.datapath.flow;

import io.phalanx.config.PacketHandling;
import io.phalanx.config.Secret;
import io.phalanx.config.net.IpPrefix;
import io.phalanx.config.net.TrafficSelector;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IntegrityAlgorithm;
import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.SaClusterSpec;
import io.phalanx.datapath.SequenceState;
import io.phalanx.datapath.SubSaSpec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** All ESP suites, and specs of SA clusters with keys that both ends derive from a number. */
public final class Suites {
  private Suites() {}

  /** Every suite, with 32-bit and with 64-bit numbers. */
  public static List<EspSuite> all() {
    List<EspSuite> suites = new ArrayList<>();
    for (boolean extended : List.of(false, true)) {
      for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
        for (int bits : algorithm.keyBits()) {
          if (algorithm.combinedMode()) {
            suites.add(aead(algorithm, bits, extended));
          } else {
            suites.addAll(withEveryMac(algorithm, bits, extended));
          }
        }
      }
    }
    return suites;
  }

  private static List<EspSuite> withEveryMac(
      EncryptionAlgorithm algorithm, int bits, boolean extended) {
    return Stream.of(IntegrityAlgorithm.values())
        .map(each -> new EspSuite(algorithm, bits, Optional.of(each), Optional.empty(), extended))
        .toList();
  }

  public static EspSuite gcm(boolean extended) {
    return aead(EncryptionAlgorithm.AES_GCM_16, 128, extended);
  }

  private static EspSuite aead(EncryptionAlgorithm algorithm, int bits, boolean extended) {
    return new EspSuite(algorithm, bits, Optional.empty(), Optional.empty(), extended);
  }

  public static Secret key(EspSuite suite, int number) {
    return octets(suite.encryptionKeyOctets(), number);
  }

  public static Secret integrityKey(EspSuite suite, int number) {
    return octets(suite.integrityKeyOctets(), ~number);
  }

  private static Secret octets(int count, int number) {
    byte[] octets = new byte[count];
    new Random(number).nextBytes(octets);
    return Secret.of(octets);
  }

  /** A sub-SA whose keys follow from the SPIs: the other end swaps them. */
  static SubSaSpec sub(EspSuite suite, int inboundSpi, int outboundSpi, InetSocketAddress peer) {
    return new SubSaSpec(
        inboundSpi,
        outboundSpi,
        suite,
        key(suite, inboundSpi),
        integrityKey(suite, inboundSpi),
        key(suite, outboundSpi),
        integrityKey(suite, outboundSpi),
        PeerPath.to(peer));
  }

  static SaClusterSpec cluster(SubSaSpec sub, String local, String remote, SequenceState sequence) {
    return new SaClusterSpec(
        sub.inboundSpi(),
        List.of(sub),
        sub.suite().extendedSequenceNumbers(),
        64,
        List.of(TrafficSelector.of(IpPrefix.parse(local))),
        List.of(TrafficSelector.of(IpPrefix.parse(remote))),
        0,
        0,
        Optional.empty(),
        PacketHandling.DEFAULT,
        sequence);
  }
}
