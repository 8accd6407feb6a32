package io.phalanx.replication.seal;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The cluster's secrets under their ids. None is ever used as a key itself: each purpose has its
 * own, derived by HKDF-SHA256 (RFC 5869) without a salt.
 *
 * <p>To rotate, a new key is first added behind the one in use on every member, then moved to the
 * front on every member, and the old one taken away when nothing sealed under it is left.
 */
public final class Keyring {
  /** Purpose of the keys that mark a cluster's SPIs as its own. */
  public static final String ESP_SPI_MARKS = "esp-spi";

  public static final String IKE_SPI_MARKS = "ike-spi";

  private final Map<Integer, Secret> secrets = new LinkedHashMap<>();
  private final int newest;

  /**
   * @param keys newest first: the first seals, all open
   * @throws IllegalArgumentException without a key, or with two of one id
   */
  public Keyring(List<ClusterKey> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("a keyring needs a key");
    }
    for (ClusterKey key : keys) {
      if (secrets.put(key.id(), key.secret()) != null) {
        throw new IllegalArgumentException("two cluster keys with the id " + key.id());
      }
    }
    newest = keys.getFirst().id();
  }

  /** Id of the key to seal with. */
  public int newest() {
    return newest;
  }

  /** All ids, newest first. */
  public List<Integer> ids() {
    return List.copyOf(secrets.keySet());
  }

  public boolean holds(int keyId) {
    return secrets.containsKey(keyId);
  }

  /**
   * A key for one purpose.
   *
   * @param keyId one of {@link #ids()}
   * @param purpose what it is for; part of the derivation
   * @param octets length of the derived key, 1..8160
   */
  public Secret derive(int keyId, String purpose, int octets) {
    Secret secret = secrets.get(keyId);
    if (secret == null) {
      throw new IllegalArgumentException("no cluster key with the id " + keyId);
    }
    byte[] info = ("phalanx " + purpose).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] derived =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(
                  HKDFParameterSpec.ofExtract().addIKM(secret.reveal()).thenExpand(info, octets));
      return Secret.of(derived);
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("HKDF-SHA256 is part of every JDK since 25", impossible);
    }
  }
}
