package io.phalanx.datapath.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC (RFC 2104) by JCE. */
final class HmacMac implements KeyedMac {
  private final Mac mac;

  HmacMac(Mac mac, byte[] key) throws GeneralSecurityException {
    this.mac = mac;
    // HMAC pads its key with zeros, so a zero octet is the same as no octet, which JCE refuses.
    mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, mac.getAlgorithm()));
  }

  @Override
  public int octets() {
    return mac.getMacLength();
  }

  @Override
  public void update(byte[] octets, int from, int length) {
    mac.update(octets, from, length);
  }

  @Override
  public void finish(byte[] target, int at) {
    try {
      mac.doFinal(target, at);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("no room for a MAC", fault);
    }
  }
}
