package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.PseudoRandomFunction;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The pseudo-random function of an IKE SA, and prf+ (RFC 7296 §2.13). */
public final class Prf {
  /** The counter of prf+ is one octet, from 1. */
  private static final int BLOCKS_MAX = 255;

  private Prf() {}

  /** prf(key, part | part | ...). */
  public static Secret of(PseudoRandomFunction prf, Secret key, byte[]... parts) {
    Mac mac = mac(prf, key);
    for (byte[] part : parts) {
      mac.update(part);
    }
    return taken(mac.doFinal());
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
    Mac mac = mac(prf, key);
    byte[] output = new byte[blocks * prf.outputOctets()];
    byte[] block = new byte[0];
    for (int counter = 1; counter <= blocks; counter++) {
      mac.update(block);
      for (byte[] seed : seeds) {
        mac.update(seed);
      }
      mac.update((byte) counter);
      Arrays.fill(block, (byte) 0);
      block = mac.doFinal();
      System.arraycopy(block, 0, output, (counter - 1) * block.length, block.length);
    }
    Arrays.fill(block, (byte) 0);
    Secret result = Secret.of(output, 0, octets);
    Arrays.fill(output, (byte) 0);
    return result;
  }

  private static Mac mac(PseudoRandomFunction prf, Secret key) {
    try {
      Mac mac = Mac.getInstance(prf.jceName());
      // HMAC pads its key with zeros, so a zero octet is the same as no octet, which JCE refuses.
      byte[] octets = key.length() == 0 ? new byte[1] : key.reveal();
      mac.init(new SecretKeySpec(octets, prf.jceName()));
      return mac;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("every Java platform has " + prf.jceName(), fault);
    }
  }

  private static Secret taken(byte[] octets) {
    Secret secret = Secret.of(octets);
    Arrays.fill(octets, (byte) 0);
    return secret;
  }
}
