package io.phalanx.datapath.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CCM (RFC 3610, NIST SP 800-38C), which JCE lacks, made of its AES-CTR and AES-CBC: a CBC-MAC
 * over a first block, the associated data and the plaintext, each filled up to whole blocks; then
 * counter mode, whose block 0 covers the MAC and whose blocks from 1 the plaintext.
 *
 * <pre>
 * first block    | flags |  nonce, n octets  |  length of plaintext, 15 - n octets  |
 * counter block  | flags |  nonce, n octets  |       counter, 15 - n octets         |
 * </pre>
 */
final class CcmAead implements Aead {
  private static final int BLOCK_OCTETS = 16;
  private static final int HAS_ASSOCIATED = 0x40;
  private static final int SHORT_LENGTH_MAX = 0xfeff; // RFC 3610 §2.2
  private static final int LONG_LENGTH = 0xfffe;
  private static final byte[] ZERO = new byte[BLOCK_OCTETS];

  private final Cipher counter;
  private final SecretKeySpec key;
  private final KeyedMac mac;
  private final int icvOctets;
  private final byte[] block = new byte[BLOCK_OCTETS];
  private final byte[] code = new byte[BLOCK_OCTETS];
  private final byte[] mask = new byte[BLOCK_OCTETS];
  private byte[] lastNonce = new byte[0];

  CcmAead(byte[] key, int keyOctets, int icvOctets) throws GeneralSecurityException {
    this.counter = Cipher.getInstance("AES/CTR/NoPadding");
    this.key = new SecretKeySpec(key, 0, keyOctets, "AES");
    this.mac = AesCbcMac.ofWholeBlocks(Arrays.copyOf(key, keyOctets));
    this.icvOctets = icvOctets;
  }

  @Override
  public int icvOctets() {
    return icvOctets;
  }

  @Override
  public void seal(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    if (Arrays.equals(lastNonce, nonce)) {
      throw new IllegalStateException("sealed twice with one nonce");
    }
    lastNonce = nonce.clone();
    authenticate(nonce, associated, associatedLength, octets, from, length);
    crypt(Cipher.ENCRYPT_MODE, nonce, octets, from, length);
    for (int octet = 0; octet < icvOctets; octet++) {
      octets[from + length + octet] = (byte) (code[octet] ^ mask[octet]);
    }
  }

  @Override
  public boolean open(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    int plain = length - icvOctets;
    crypt(Cipher.DECRYPT_MODE, nonce, octets, from, plain);
    authenticate(nonce, associated, associatedLength, octets, from, plain);
    int difference = 0; // compared in a time that does not tell where it is
    for (int octet = 0; octet < icvOctets; octet++) {
      difference |= code[octet] ^ mask[octet] ^ octets[from + plain + octet];
    }
    return difference == 0;
  }

  /** Puts the MAC, not covered yet, into {@code code}. */
  private void authenticate(
      byte[] nonce, byte[] associated, int associatedLength, byte[] octets, int from, int length) {
    int flags = (icvOctets - 2) / 2 * 8 + (associatedLength > 0 ? HAS_ASSOCIATED : 0);
    begin(flags, nonce, length);
    mac.update(block, 0, BLOCK_OCTETS);
    if (associatedLength > 0) {
      int head = associatedHead(associatedLength);
      mac.update(block, 0, head);
      mac.update(associated, 0, associatedLength);
      fill(head + associatedLength);
    }
    mac.update(octets, from, length);
    fill(length);
    mac.finish(code, 0);
  }

  /** Writes the length that stands before the associated data, and returns how long it is. */
  private int associatedHead(int length) {
    if (length <= SHORT_LENGTH_MAX) {
      block[0] = (byte) (length >>> 8);
      block[1] = (byte) length;
      return 2;
    }
    block[0] = (byte) (LONG_LENGTH >>> 8);
    block[1] = (byte) LONG_LENGTH;
    for (int octet = 0; octet < Integer.BYTES; octet++) {
      block[2 + octet] = (byte) (length >>> (24 - 8 * octet));
    }
    return 2 + Integer.BYTES;
  }

  private void fill(int length) {
    mac.update(ZERO, 0, Math.floorMod(-length, BLOCK_OCTETS));
  }

  /** Encrypts or decrypts, and puts block 0 of the key stream into {@code mask}. */
  private void crypt(int mode, byte[] nonce, byte[] octets, int from, int length) {
    begin(0, nonce, 0);
    try {
      counter.init(mode, key, new IvParameterSpec(block));
      counter.update(ZERO, 0, BLOCK_OCTETS, mask, 0);
      counter.doFinal(octets, from, length, octets, from);
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot encrypt or decrypt", fault);
    }
  }

  /** The first block or a counter block, with a number at its end. */
  private void begin(int flags, byte[] nonce, int number) {
    int numberOctets = BLOCK_OCTETS - 1 - nonce.length;
    Arrays.fill(block, (byte) 0);
    block[0] = (byte) (flags + numberOctets - 1);
    System.arraycopy(nonce, 0, block, 1, nonce.length);
    for (int octet = 0; octet < Math.min(numberOctets, Integer.BYTES); octet++) {
      block[BLOCK_OCTETS - 1 - octet] = (byte) (number >>> (8 * octet));
    }
  }
}
