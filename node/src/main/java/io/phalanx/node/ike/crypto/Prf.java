package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.datapath.crypto.Ciphers;
import io.phalanx.datapath.crypto.KeyedMac;
import java.util.Arrays;

/** The pseudo-random function of an IKE SA, and prf+ (RFC 7296 §2.13). */
public final class Prf {
  /** The counter of prf+ is one octet, from 1. */
  private static final int BLOCKS_MAX = 255;

  private Prf() {}

  /** prf(key, part | part | ...). */
  public static Secret of(PseudoRandomFunction prf, Secret key, byte[]... parts) {
    KeyedMac mac = mac(prf, key);
    for (byte[] part : parts) {
      mac.update(part, 0, part.length);
    }
    byte[] output = new byte[mac.octets()];
    mac.finish(output, 0);
    return taken(output);
  }

  /**
   * prf+(key, seed | seed | ...).
   *
   * @param octets how many are wanted, at most 255 times the output of the PRF
   */
  public static Secret plus(PseudoRandomFunction prf, Secret key, int octets, byte[]... seeds) {
    int blocks = Math.ceilDiv(octets, prf.outputOctets());
    if (octets < 0 || blocks > BLOCKS_MAX) {
      throw new IllegalArgumentException("prf+ ends after 255 blocks: " + octets + " octets");
    }
    KeyedMac mac = mac(prf, key);
    byte[] output = new byte[blocks * mac.octets()];
    for (int counter = 1; counter <= blocks; counter++) {
      int at = (counter - 1) * mac.octets();
      mac.update(output, Math.max(0, at - mac.octets()), counter == 1 ? 0 : mac.octets());
      for (byte[] seed : seeds) {
        mac.update(seed, 0, seed.length);
      }
      mac.update(new byte[] {(byte) counter}, 0, 1);
      mac.finish(output, at);
    }
    Secret result = Secret.of(output, 0, octets);
    Arrays.fill(output, (byte) 0);
    return result;
  }

  private static KeyedMac mac(PseudoRandomFunction prf, Secret key) {
    return Ciphers.jdk().prf(prf, key.reveal());
  }

  private static Secret taken(byte[] octets) {
    Secret secret = Secret.of(octets);
    Arrays.fill(octets, (byte) 0);
    return secret;
  }
}
