package io.phalanx.datapath.esp;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Unpredictable IVs for CBC (RFC 3602 §2.2): AES-256-CTR, seeded once by the given source, whose
 * first octets of each batch replace its key, so that a leaked state does not tell earlier IVs.
 */
public final class RandomIvs implements IvSource {
  private static final int IV_OCTETS = 16;
  private static final int KEY_OCTETS = 32;
  private static final int SEED_OCTETS = KEY_OCTETS + IV_OCTETS;
  private static final int BATCH_OCTETS = SEED_OCTETS + 256 * IV_OCTETS;

  private final Cipher cipher;
  private final byte[] batch = new byte[BATCH_OCTETS];
  private int at = BATCH_OCTETS;

  public RandomIvs(SecureRandom seed) {
    try {
      this.cipher = Cipher.getInstance("AES/CTR/NoPadding");
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("no AES in this JDK", missing);
    }
    byte[] first = new byte[SEED_OCTETS];
    seed.nextBytes(first);
    System.arraycopy(first, 0, batch, 0, SEED_OCTETS);
    Arrays.fill(first, (byte) 0);
  }

  @Override
  public void put(byte[] packet, int offset) {
    if (at == BATCH_OCTETS) {
      refill();
    }
    System.arraycopy(batch, at, packet, offset, IV_OCTETS);
    Arrays.fill(batch, at, at + IV_OCTETS, (byte) 0);
    at += IV_OCTETS;
  }

  /** Turns the seed at the front into the next seed and a batch of IVs. */
  private void refill() {
    try {
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(batch, 0, KEY_OCTETS, "AES"),
          new IvParameterSpec(batch, KEY_OCTETS, IV_OCTETS));
      Arrays.fill(batch, 0, SEED_OCTETS, (byte) 0);
      cipher.doFinal(batch, 0, BATCH_OCTETS, batch, 0);
      at = SEED_OCTETS;
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("cannot make IVs", fault);
    }
  }
}
