package io.phalanx.node.ike.wire;

import java.util.List;

/**
 * Writes payloads, each behind its generic header (RFC 7296 §3.2). The critical bit stays clear:
 * every implementation knows what we send (§2.5).
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-+-------------+-------------------------------+
 * | next payload  |C|  reserved   |        payload length         |
 * +---------------+-+-------------+-------------------------------+
 * </pre>
 */
final class PayloadEncoder {
  private PayloadEncoder() {}

  /** The type of the first payload, for the header before the chain. */
  static int firstType(List<Payload> payloads) {
    return payloads.isEmpty() ? PayloadType.NONE : typeOf(payloads.getFirst());
  }

  static void encode(List<Payload> payloads, Writer out) {
    for (int index = 0; index < payloads.size(); index++) {
      boolean last = index + 1 == payloads.size();
      Payload payload = payloads.get(index);
      int start = out.size();
      out.u8(last ? PayloadType.NONE : typeOf(payloads.get(index + 1)))
          .u8(
              payload instanceof Payload.Unknown unknown && unknown.critical()
                  ? PayloadChain.CRITICAL
                  : 0)
          .u16(0);
      encodeBody(payload, out);
      out.lengthAt(start + 2, start);
    }
  }

  static int typeOf(Payload payload) {
    return switch (payload) {
      case Payload.SecurityAssociation _ -> PayloadType.SECURITY_ASSOCIATION.code();
      case Payload.KeyExchange _ -> PayloadType.KEY_EXCHANGE.code();
      case Payload.Identification id when id.initiator() -> PayloadType.ID_INITIATOR.code();
      case Payload.Identification _ -> PayloadType.ID_RESPONDER.code();
      case Payload.Certificate _ -> PayloadType.CERTIFICATE.code();
      case Payload.CertificateRequest _ -> PayloadType.CERTIFICATE_REQUEST.code();
      case Payload.Authentication _ -> PayloadType.AUTHENTICATION.code();
      case Payload.Nonce _ -> PayloadType.NONCE.code();
      case Payload.Notify _ -> PayloadType.NOTIFY.code();
      case Payload.Delete _ -> PayloadType.DELETE.code();
      case Payload.VendorId _ -> PayloadType.VENDOR_ID.code();
      case Payload.TrafficSelectors ts when ts.initiator() -> PayloadType.TS_INITIATOR.code();
      case Payload.TrafficSelectors _ -> PayloadType.TS_RESPONDER.code();
      case Payload.Configuration _ -> PayloadType.CONFIGURATION.code();
      case Payload.Eap _ -> PayloadType.EAP.code();
      case Payload.Unknown unknown -> unknown.type();
    };
  }

  private static void encodeBody(Payload payload, Writer out) {
    switch (payload) {
      case Payload.SecurityAssociation sa -> SecurityAssociationCodec.encode(sa, out);
      case Payload.KeyExchange ke -> KeyExchangeCodec.encode(ke, out);
      case Payload.Identification id -> IdentificationCodec.encode(id, out);
      case Payload.Certificate certificate -> CertificateCodec.encode(certificate, out);
      case Payload.CertificateRequest request -> CertificateRequestCodec.encode(request, out);
      case Payload.Authentication auth -> AuthenticationCodec.encode(auth, out);
      case Payload.Nonce nonce -> NonceCodec.encode(nonce, out);
      case Payload.Notify notify -> NotifyCodec.encode(notify, out);
      case Payload.Delete delete -> DeleteCodec.encode(delete, out);
      case Payload.VendorId vendor -> VendorIdCodec.encode(vendor, out);
      case Payload.TrafficSelectors selectors -> TrafficSelectorsCodec.encode(selectors, out);
      case Payload.Configuration configuration -> ConfigurationCodec.encode(configuration, out);
      case Payload.Eap eap -> EapCodec.encode(eap, out);
      case Payload.Unknown unknown -> out.bytes(unknown.body());
    }
  }
}
