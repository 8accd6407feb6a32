package io.phalanx.node.ike.wire;

import io.phalanx.config.Secret;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.datapath.NonceSource;
import io.phalanx.node.ike.wire.Decoded.Reason;
import io.phalanx.replication.image.IkeSaImage;
import java.security.SecureRandom;
import java.util.ArrayList;
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
 * <p>Or, where a message is too long for one datagram, in Encrypted Fragment payloads (RFC 7383
 * §2.5): the same, with number and count of the fragments as two more 16-bit fields before the IV.
 *
 * <p>Holds no state but keys: may be used by several threads, and made anew at any time.
 */
public final class SkCipher {
  /** Fragment number and count of fragments (RFC 7383 §2.5). */
  private static final int FRAGMENT_HEADER_OCTETS = 4;

  private static final int PAD_LENGTH_OCTETS = 1;
  private static final int PAYLOAD_LENGTH_AT = IkeHeader.OCTETS + 2;

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
            ? new MacProtection(
                suite.encryption(), suite.integrity().get(), encryptionKey, integrityKey)
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
   * @param nonces for the explicit IV of a combined-mode cipher, and of AES-CTR
   * @param random for the IV of AES-CBC
   */
  public byte[] encrypt(
      IkeHeader header, List<Payload> payloads, NonceSource nonces, SecureRandom random) {
    Writer head = new Writer();
    HeaderCodec.encode(header, PayloadType.ENCRYPTED, head);
    head.u8(PayloadEncoder.firstType(payloads)).u8(0).u16(0);
    byte[] content = contentOf(payloads);
    return sealed(head, content, 0, content.length, nonces, random);
  }

  private static byte[] contentOf(List<Payload> payloads) {
    Writer inner = new Writer();
    PayloadEncoder.encode(payloads, inner);
    return inner.toBytes();
  }

  /**
   * The octets of a protected message, cut into fragments where it is longer than one may be (RFC
   * 7383 §2.5).
   *
   * @param octetsMax of each message; a fragment is never made smaller than a cipher block
   */
  public List<byte[]> encrypt(
      IkeHeader header,
      List<Payload> payloads,
      int octetsMax,
      NonceSource nonces,
      SecureRandom random) {
    byte[] content = contentOf(payloads);
    int head = IkeHeader.OCTETS + PayloadChain.GENERIC_HEADER_OCTETS;
    if (head + padded(content.length) + protection.overheadOctets() <= octetsMax) {
      return List.of(encrypt(header, payloads, nonces, random));
    }
    int each = Math.max(contentMax(octetsMax), Math.ceilDiv(content.length, Limits.FRAGMENTS_MAX));
    int total = Math.ceilDiv(content.length, each);
    List<byte[]> fragments = new ArrayList<>(total);
    for (int number = 1; number <= total; number++) {
      Writer fragmentHead = new Writer();
      HeaderCodec.encode(header, PayloadType.ENCRYPTED_FRAGMENT, fragmentHead);
      fragmentHead
          .u8(number == 1 ? PayloadEncoder.firstType(payloads) : PayloadType.NONE)
          .u8(0)
          .u16(0);
      fragmentHead.u16(number).u16(total);
      int from = (number - 1) * each;
      int to = Math.min(from + each, content.length);
      fragments.add(sealed(fragmentHead, content, from, to, nonces, random));
    }
    return List.copyOf(fragments);
  }

  /** Octets of content in a fragment of that length. */
  private int contentMax(int octetsMax) {
    int block = protection.blockOctets();
    int head = IkeHeader.OCTETS + PayloadChain.GENERIC_HEADER_OCTETS + FRAGMENT_HEADER_OCTETS;
    int room = octetsMax - head - protection.overheadOctets();
    return Math.max(block, room / block * block) - PAD_LENGTH_OCTETS;
  }

  private int padded(int octets) {
    int block = protection.blockOctets();
    return Math.ceilDiv(octets + PAD_LENGTH_OCTETS, block) * block;
  }

  /** Pads and seals a part of the content, and fills in the lengths before it. */
  private byte[] sealed(
      Writer head, byte[] content, int from, int to, NonceSource nonces, SecureRandom random) {
    byte[] plaintext = new byte[padded(to - from)];
    System.arraycopy(content, from, plaintext, 0, to - from);
    plaintext[plaintext.length - 1] = (byte) (plaintext.length - (to - from) - PAD_LENGTH_OCTETS);
    byte[] headOctets = head.toBytes();
    int length = headOctets.length + plaintext.length + protection.overheadOctets();
    if (length > Limits.MESSAGE_OCTETS_MAX) {
      throw new IllegalStateException("a message of ours is too long: " + length);
    }
    int payloadOctets = length - IkeHeader.OCTETS;
    headOctets[PAYLOAD_LENGTH_AT] = (byte) (payloadOctets >>> Byte.SIZE);
    headOctets[PAYLOAD_LENGTH_AT + 1] = (byte) payloadOctets;
    HeaderCodec.setLength(headOctets, length);
    byte[] body = protection.seal(headOctets, plaintext, nonces, random);
    byte[] message = Arrays.copyOf(headOctets, length);
    System.arraycopy(body, 0, message, headOctets.length, body.length);
    return message;
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
    return unpadded(plaintext.get())
        .map(content -> inside(header, encrypted.outer(), encrypted.innerType(), content))
        .orElseGet(() -> new Decoded.Invalid(header, NotifyType.INVALID_SYNTAX, new byte[0]));
  }

  /** Whether a message carries a fragment (RFC 7383 §2.5); nothing of it is checked. */
  public static boolean carriesFragment(byte[] message) {
    return HeaderCodec.decode(message) instanceof HeaderCodec.Read.Ok(_, var first, _)
        && PayloadChain.read(first, new Reader(message, IkeHeader.OCTETS, message.length))
            instanceof PayloadChain.Fragment;
  }

  /** Checks and decrypts a fragment; empty for what is none, or not authentic. */
  public Optional<Fragment> openFragment(byte[] message) {
    if (HeaderCodec.decode(message) instanceof HeaderCodec.Read.Ok(var header, var first, var major)
        && major == HeaderCodec.MAJOR_VERSION
        && PayloadChain.read(first, new Reader(message, IkeHeader.OCTETS, message.length))
            instanceof
            PayloadChain.Fragment(var outer, var type, var number, var total, var bodyFrom)) {
      return protection
          .open(message, bodyFrom)
          .flatMap(SkCipher::unpadded)
          .map(content -> new Fragment(header, outer, type, number, total, content));
    }
    return Optional.empty();
  }

  /** The padding may hold anything (RFC 7296 §3.14); only its length has to fit. */
  private static Optional<byte[]> unpadded(byte[] plaintext) {
    int end = plaintext.length - 1 - (plaintext[plaintext.length - 1] & 0xff);
    return end < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(plaintext, end));
  }

  /** The message that decrypted payloads make, with those that stood before them. */
  static Decoded inside(IkeHeader header, List<Payload> outer, int innerType, byte[] content) {
    return switch (PayloadChain.read(innerType, new Reader(content, 0, content.length))) {
      case PayloadChain.Complete(var inner) -> {
        List<Payload> all = Stream.concat(outer.stream(), inner.stream()).toList();
        yield new Decoded.Ok(new IkeMessage(header, all));
      }
      case PayloadChain.Encrypted _, PayloadChain.Fragment _ ->
          new Decoded.Invalid(header, NotifyType.INVALID_SYNTAX, new byte[0]);
      case PayloadChain.Faulty(var type, var data) -> new Decoded.Invalid(header, type, data);
    };
  }
}
