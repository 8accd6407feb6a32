package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.node.ike.wire.Decoded.Reason;
import java.util.Optional;

/** Messages that are not protected: IKE_SA_INIT, and the header of every other one. */
public final class MessageCodec {
  private MessageCodec() {}

  /**
   * A look at the header, to find the IKE SA that a message belongs to. Nothing in it is
   * authenticated yet.
   *
   * @return empty where the message is not one of IKEv2 in version 2, or its length is wrong; then
   *     {@link #decode} tells what to do about it
   */
  public static Optional<IkeHeader> header(byte[] message) {
    return switch (HeaderCodec.decode(message)) {
      case HeaderCodec.Read.Ok(var header, _, var major) when major == HeaderCodec.MAJOR_VERSION ->
          Optional.of(header);
      case HeaderCodec.Read.Ok _, HeaderCodec.Read.Refused _ -> Optional.empty();
    };
  }

  /** Decodes a message that has no encrypted payload. */
  public static Decoded decode(byte[] message) {
    return switch (HeaderCodec.decode(message)) {
      case HeaderCodec.Read.Refused(var reason) -> new Decoded.Drop(reason);
      case HeaderCodec.Read.Ok(var header, _, var major) when major > HeaderCodec.MAJOR_VERSION ->
          invalid(header, NotifyType.INVALID_MAJOR_VERSION, new byte[0]);
      case HeaderCodec.Read.Ok(var header, var first, _) -> decode(message, header, first);
    };
  }

  private static Decoded decode(byte[] message, IkeHeader header, int firstType) {
    Reader in = new Reader(message, IkeHeader.OCTETS, message.length);
    return switch (PayloadChain.read(firstType, in)) {
      case PayloadChain.Complete(var payloads) -> new Decoded.Ok(new IkeMessage(header, payloads));
      case PayloadChain.Encrypted _, PayloadChain.Fragment _ -> new Decoded.Drop(Reason.ENCRYPTED);
      case PayloadChain.Faulty(var type, var data) -> invalid(header, type, data);
    };
  }

  /** A response that nobody vouches for must neither be answered nor end anything. */
  private static Decoded invalid(IkeHeader header, NotifyType type, byte[] data) {
    return header.response()
        ? new Decoded.Drop(Reason.FAULTY_RESPONSE)
        : new Decoded.Invalid(header, type, data);
  }

  /** The octets of a message without protection. */
  public static byte[] encode(IkeMessage message) {
    Writer out = new Writer();
    HeaderCodec.encode(message.header(), PayloadEncoder.firstType(message.payloads()), out);
    PayloadEncoder.encode(message.payloads(), out);
    byte[] octets = out.toBytes();
    HeaderCodec.setLength(octets, octets.length);
    return octets;
  }
}
