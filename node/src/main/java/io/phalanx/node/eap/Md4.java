package io.phalanx.node.eap;

import org.bouncycastle.crypto.digests.MD4Digest;

/** MD4 (RFC 1320): broken, and what passwords of MS-CHAP are hashed with; for nothing else. */
final class Md4 {
  private Md4() {}

  static byte[] of(byte[] input) {
    MD4Digest digest = new MD4Digest();
    digest.update(input, 0, input.length);
    byte[] hash = new byte[digest.getDigestSize()];
    int _ = digest.doFinal(hash, 0);
    return hash;
  }
}
