package io.phalanx.datapath.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-XCBC-MAC (RFC 3566) and AES-CMAC (RFC 4493), which JCE lacks, made of its AES-CBC.
 *
 * <pre>
 *   M1      M2           Mn, or Mn | 10..0 if it is not a whole block
 *    |       |            |
 *    |   +->xor   ... +->xor&lt;-- the one mask if it is, else the other
 *    |   |   |        |   |
 *   AES  |  AES       |  AES
 *    +---+   +--- ...-+   +--> code
 * </pre>
 *
 * <p>They differ in the masks and the key: XCBC derives three keys by encrypting constants, CMAC
 * doubles the encryption of zero in GF(2^128).
 */
final class AesCbcMac implements KeyedMac {
  static final int OCTETS = 16;

  private static final int CHUNK_OCTETS = 64 * OCTETS;
  private static final byte GF_128 = (byte) 0x87; // x^128 = x^7 + x^2 + x + 1
  private static final byte[] ZERO = new byte[OCTETS];

  private final Cipher cbc;
  private final byte[] wholeMask;
  private final byte[] paddedMask;
  private final byte[] pending = new byte[OCTETS];
  private final byte[] chunk = new byte[CHUNK_OCTETS + OCTETS];
  private int pendingOctets;

  private AesCbcMac(byte[] key, byte[] wholeMask, byte[] paddedMask)
      throws GeneralSecurityException {
    this.cbc = Cipher.getInstance("AES/CBC/NoPadding");
    this.cbc.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(ZERO.clone()));
    this.wholeMask = wholeMask;
    this.paddedMask = paddedMask;
  }

  /**
   * RFC 3566 §4.
   *
   * @param key of 16 octets
   */
  static AesCbcMac xcbc(byte[] key) throws GeneralSecurityException {
    return new AesCbcMac(
        encrypted(key, filled(1)), encrypted(key, filled(2)), encrypted(key, filled(3)));
  }

  /** RFC 4493 §2.3. */
  static AesCbcMac cmac(byte[] key) throws GeneralSecurityException {
    byte[] first = doubled(encrypted(key, ZERO));
    return new AesCbcMac(key, first, doubled(first));
  }

  /** CBC-MAC as such: safe only where the message tells its length and ends with a whole block. */
  static AesCbcMac ofWholeBlocks(byte[] key) throws GeneralSecurityException {
    return new AesCbcMac(key, ZERO, ZERO);
  }

  private static byte[] encrypted(byte[] key, byte[] block) throws GeneralSecurityException {
    Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
    aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    return aes.doFinal(block);
  }

  private static byte[] filled(int value) {
    byte[] block = new byte[OCTETS];
    Arrays.fill(block, (byte) value);
    return block;
  }

  private static byte[] doubled(byte[] block) {
    byte[] result = new byte[OCTETS];
    int carry = 0;
    for (int at = OCTETS - 1; at >= 0; at--) {
      int shifted = (block[at] & 0xff) << 1;
      result[at] = (byte) (shifted | carry);
      carry = shifted >>> 8;
    }
    result[OCTETS - 1] ^= (byte) (GF_128 & -carry); // without a branch on the key
    return result;
  }

  @Override
  public int octets() {
    return OCTETS;
  }

  /** The last block waits, whole or not, as only {@link #finish} knows that it is the last. */
  @Override
  public void update(byte[] octets, int from, int length) {
    int at = from;
    int left = length;
    while (left > 0) {
      if (pendingOctets == OCTETS) {
        chain(pending, 0, OCTETS);
        pendingOctets = 0;
      }
      if (pendingOctets == 0 && left > OCTETS) {
        int whole = Math.min((left - 1) / OCTETS * OCTETS, CHUNK_OCTETS);
        chain(octets, at, whole);
        at += whole;
        left -= whole;
      } else {
        int taken = Math.min(left, OCTETS - pendingOctets);
        System.arraycopy(octets, at, pending, pendingOctets, taken);
        pendingOctets += taken;
        at += taken;
        left -= taken;
      }
    }
  }

  private void chain(byte[] octets, int from, int length) {
    try {
      cbc.update(octets, from, length, chunk, 0);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot chain blocks", fault);
    }
  }

  @Override
  public void finish(byte[] target, int at) {
    byte[] mask = wholeMask;
    if (pendingOctets < OCTETS) {
      mask = paddedMask;
      pending[pendingOctets] = (byte) 0x80;
      Arrays.fill(pending, pendingOctets + 1, OCTETS, (byte) 0);
    }
    for (int octet = 0; octet < OCTETS; octet++) {
      pending[octet] ^= mask[octet];
    }
    try {
      int written = cbc.doFinal(pending, 0, OCTETS, chunk, 0); // begins anew with the IV of zero
      System.arraycopy(chunk, written - OCTETS, target, at, OCTETS);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot chain blocks", fault);
    }
    pendingOctets = 0;
  }
}
