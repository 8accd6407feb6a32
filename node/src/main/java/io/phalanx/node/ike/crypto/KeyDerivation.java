package io.phalanx.node.ike.crypto;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.PseudoRandomFunction;
import io.phalanx.replication.image.IkeSaImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Keys of IKE SAs and Child SAs (RFC 7296 §2.14, §2.17, §2.18). */
public final class KeyDerivation {
  private KeyDerivation() {}

  /**
   * Nonces and SPIs of an exchange that makes an IKE SA.
   *
   * @param initiatorNonce Ni, of the side that sent the request
   * @param initiatorSpi of the new IKE SA
   */
  public record Exchange(
      byte[] initiatorNonce, byte[] responderNonce, long initiatorSpi, long responderSpi) {}

  /**
   * Keys of a pair of ESP SAs, each encryption key with the salt at its end.
   *
   * @param initiatorEncryption protects what the initiator of the exchange sends
   * @param initiatorIntegrity {@link Secret#EMPTY} for a combined-mode cipher
   */
  public record ChildKeys(
      Secret initiatorEncryption,
      Secret initiatorIntegrity,
      Secret responderEncryption,
      Secret responderIntegrity) {}

  /** Keys after IKE_SA_INIT: SKEYSEED = prf(Ni | Nr, g^ir) (RFC 7296 §2.14). */
  public static IkeSaImage.Keys initial(IkeSuite suite, Secret sharedSecret, Exchange exchange) {
    Secret seed = Prf.of(suite.prf(), nonceKey(suite.prf(), exchange), sharedSecret.reveal());
    return keys(suite, seed, exchange);
  }

  /**
   * The nonces as a key. The PRFs built on AES take just the first 64 bits of each, as they always
   * did; everywhere else all bits count (RFC 7296 §2.14).
   */
  private static Secret nonceKey(PseudoRandomFunction prf, Exchange exchange) {
    byte[] initiator = exchange.initiatorNonce();
    byte[] responder = exchange.responderNonce();
    if (!prf.fixedKeyLength()) {
      return Secret.of(concat(initiator, responder));
    }
    int half = prf.outputOctets() / 2; // shorter nonces are refused (RFC 7296 §2.10: 128 bits)
    return Secret.of(concat(Arrays.copyOf(initiator, half), Arrays.copyOf(responder, half)));
  }

  /**
   * Keys after a rekey: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr) (RFC 7296 §2.18).
   *
   * @param suite of the new IKE SA
   * @param oldPrf of the IKE SA that is rekeyed
   */
  public static IkeSaImage.Keys rekeyed(
      IkeSuite suite,
      PseudoRandomFunction oldPrf,
      Secret oldSkD,
      Secret sharedSecret,
      Exchange exchange) {
    Secret seed =
        Prf.of(
            oldPrf,
            oldSkD,
            sharedSecret.reveal(),
            exchange.initiatorNonce(),
            exchange.responderNonce());
    return keys(suite, seed, exchange);
  }

  /** SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr out of SKEYSEED (RFC 7296 §2.14). */
  private static IkeSaImage.Keys keys(IkeSuite suite, Secret seed, Exchange exchange) {
    int prfOctets = suite.prf().outputOctets();
    int integrityOctets = suite.integrityKeyOctets();
    int encryptionOctets = suite.encryptionKeyOctets();
    byte[] spis =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(exchange.initiatorSpi())
            .putLong(exchange.responderSpi())
            .array();
    Secret material =
        Prf.plus(
            suite.prf(),
            seed,
            3 * prfOctets + 2 * integrityOctets + 2 * encryptionOctets,
            exchange.initiatorNonce(),
            exchange.responderNonce(),
            spis);
    seed.wipe();
    Cutter cutter = new Cutter(material);
    IkeSaImage.Keys keys =
        new IkeSaImage.Keys(
            cutter.next(prfOctets),
            cutter.next(integrityOctets),
            cutter.next(integrityOctets),
            cutter.next(encryptionOctets),
            cutter.next(encryptionOctets),
            cutter.next(prfOctets),
            cutter.next(prfOctets));
    material.wipe();
    return keys;
  }

  /**
   * Keys of a Child SA: KEYMAT = prf+(SK_d, [g^ir (new)] | Ni | Nr), first what the initiator of
   * the exchange sends with, encryption before integrity (RFC 7296 §2.17).
   *
   * @param prf of the IKE SA
   * @param sharedSecret of the key exchange in CREATE_CHILD_SA; empty where there was none
   */
  public static ChildKeys child(
      PseudoRandomFunction prf,
      Secret skD,
      EspSuite suite,
      Optional<Secret> sharedSecret,
      byte[] initiatorNonce,
      byte[] responderNonce) {
    int encryptionOctets = suite.encryptionKeyOctets();
    int integrityOctets = suite.integrityKeyOctets();
    Secret material =
        Prf.plus(
            prf,
            skD,
            2 * (encryptionOctets + integrityOctets),
            sharedSecret.orElse(Secret.EMPTY).reveal(),
            initiatorNonce,
            responderNonce);
    Cutter cutter = new Cutter(material);
    ChildKeys keys =
        new ChildKeys(
            cutter.next(encryptionOctets),
            cutter.next(integrityOctets),
            cutter.next(encryptionOctets),
            cutter.next(integrityOctets));
    material.wipe();
    return keys;
  }

  private static byte[] concat(byte[] left, byte[] right) {
    return ByteBuffer.allocate(left.length + right.length).put(left).put(right).array();
  }

  /** Cuts keying material into keys, from its beginning. */
  private static final class Cutter {
    private final Secret material;
    private int position;

    Cutter(Secret material) {
      this.material = material;
    }

    Secret next(int octets) {
      position += octets;
      return Secret.of(material.reveal(), position - octets, position);
    }
  }
}
