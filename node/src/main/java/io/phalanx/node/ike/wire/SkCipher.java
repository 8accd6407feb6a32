package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.datapath.NonceSource;
import io.phalanx.node.ike.wire.Decoded.Reason;
import io.phalanx.replication.image.IkeSaImage;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Protects the messages that one side of an IKE SA sends, in the Encrypted payload (RFC 7296
 * §3.14).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-+-------------+-------------------------------+
 * | first inside  |C|  reserved   |        payload length         |
 * +---------------+-+-------------+-------------------------------+
 * |                       explicit IV ...
 * +---------------------------------------------------------------+
 * |                   encrypted payloads ...
 * +               +-----------------------------------------------+
 * |               |           padding (0..255)    |  pad length   |
 * +---------------+-------------------------------+---------------+
 * |                 integrity check value ...
 * +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Holds no state but keys: may be used by several threads, and made anew at any time.
 */
public final class SkCipher {
  private final Protection protection;

  /**
   * @param encryptionKey SK_ei or SK_er, with the salt at its end where the cipher has one
   * @param integrityKey SK_ai or SK_ar; {@link Secret#EMPTY} for a combined-mode cipher
   */
  public SkCipher(IkeSuite suite, Secret encryptionKey, Secret integrityKey) {
    if (encryptionKey.length() != suite.encryptionKeyOctets()
        || integrityKey.length() != suite.integrityKeyOctets()) {
      throw new IllegalArgumentException("keys are not of the length that the suite asks for");
    }
    this.protection =
        suite.integrity().isPresent()
            ? new CbcProtection(suite.integrity().get(), encryptionKey, integrityKey)
            : new AeadProtection(suite.encryption(), encryptionKey);
  }

  /** For messages of the original initiator: SK_ei and SK_ai. */
  public static SkCipher ofInitiator(IkeSuite suite, IkeSaImage.Keys keys) {
    return new SkCipher(suite, keys.ei(), keys.ai());
  }

  /** For messages of the original responder: SK_er and SK_ar. */
  public static SkCipher ofResponder(IkeSuite suite, IkeSaImage.Keys keys) {
    return new SkCipher(suite, keys.er(), keys.ar());
  }

  /**
   * The octets of a protected message.
   *
   * @param payloads what goes inside; may be empty
   * @param nonces for the explicit IV of a combined-mode cipher
   * @param random for the IV of AES-CBC
   */
  public byte[] encrypt(
      IkeHeader header, List<Payload> payloads, NonceSource nonces, SecureRandom random) {
    byte[] plaintext = padded(payloads);
    int bodyOctets = plaintext.length + protection.overheadOctets();
    Writer head = new Writer();
    HeaderCodec.encode(header, PayloadType.ENCRYPTED, head);
    int payloadOctets = PayloadChain.GENERIC_HEADER_OCTETS + bodyOctets;
    if (head.size() + payloadOctets > Limits.MESSAGE_OCTETS_MAX) {
      throw new IllegalStateException("a message of ours is too long: " + payloadOctets);
    }
    head.u8(PayloadEncoder.firstType(payloads)).u8(0).u16(payloadOctets);
    byte[] headOctets = head.toBytes();
    HeaderCodec.setLength(headOctets, headOctets.length + bodyOctets);
    byte[] body = protection.seal(headOctets, plaintext, nonces, random);
    byte[] message = Arrays.copyOf(headOctets, headOctets.length + bodyOctets);
    System.arraycopy(body, 0, message, headOctets.length, bodyOctets);
    return message;
  }

  private byte[] padded(List<Payload> payloads) {
    Writer inner = new Writer();
    PayloadEncoder.encode(payloads, inner);
    int block = protection.blockOctets();
    int padding = Math.floorMod(-(inner.size() + 1), block);
    return inner.zeros(padding).u8(padding).toBytes();
  }

  /** Checks, decrypts and decodes a message. What is not authentic is dropped, whatever it says. */
  public Decoded decrypt(byte[] message) {
    return switch (HeaderCodec.decode(message)) {
      case HeaderCodec.Read.Refused(var reason) -> new Decoded.Drop(reason);
      case HeaderCodec.Read.Ok(_, _, var major) when major != HeaderCodec.MAJOR_VERSION ->
          new Decoded.Drop(Reason.OTHER_VERSION);
      case HeaderCodec.Read.Ok(var header, var first, _) -> decrypt(message, header, first);
    };
  }

  private Decoded decrypt(byte[] message, IkeHeader header, int firstType) {
    Reader in = new Reader(message, IkeHeader.OCTETS, message.length);
    if (!(PayloadChain.read(firstType, in) instanceof PayloadChain.Encrypted encrypted)) {
      return new Decoded.Drop(Reason.NOT_ENCRYPTED);
    }
    Optional<byte[]> plaintext = protection.open(message, encrypted.bodyFrom());
    if (plaintext.isEmpty()) {
      return new Decoded.Drop(Reason.NOT_AUTHENTIC);
    }
    return inside(header, encrypted, plaintext.get());
  }

  /** The padding may hold anything (RFC 7296 §3.14); only its length has to fit. */
  private static Decoded inside(
      IkeHeader header, PayloadChain.Encrypted encrypted, byte[] plaintext) {
    int end = plaintext.length - 1 - (plaintext[plaintext.length - 1] & 0xff);
    if (end < 0) {
      return new Decoded.Invalid(header, NotifyType.INVALID_SYNTAX, new byte[0]);
    }
    return switch (PayloadChain.read(encrypted.innerType(), new Reader(plaintext, 0, end))) {
      case PayloadChain.Complete(var inner) -> {
        List<Payload> all = Stream.concat(encrypted.outer().stream(), inner.stream()).toList();
        yield new Decoded.Ok(new IkeMessage(header, all));
      }
      case PayloadChain.Encrypted _ ->
          new Decoded.Invalid(header, NotifyType.INVALID_SYNTAX, new byte[0]);
      case PayloadChain.Faulty(var type, var data) -> new Decoded.Invalid(header, type, data);
    };
  }
}
