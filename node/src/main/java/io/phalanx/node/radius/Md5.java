package io.phalanx.node.radius;

import org.bouncycastle.crypto.digests.MD5Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** MD5 (RFC 1321): broken, and what RADIUS protects packets and keys with; for nothing else. */
final class Md5 {
  static final int OCTETS = 16;

  private Md5() {}

  static byte[] of(byte[]... parts) {
    MD5Digest digest = new MD5Digest();
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] hash = new byte[OCTETS];
    int _ = digest.doFinal(hash, 0);
    return hash;
  }

  static byte[] hmac(byte[] key, byte[] message) {
    HMac mac = new HMac(new MD5Digest());
    mac.init(new KeyParameter(key));
    mac.update(message, 0, message.length);
    byte[] code = new byte[OCTETS];
    int _ = mac.doFinal(code, 0);
    return code;
  }
}
