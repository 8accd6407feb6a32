package io.phalanx.node.ike.wire;

import io.phalanx.config.Identity;
import io.phalanx.config.iana.AuthMethod;
import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.net.TrafficSelector;
import java.util.List;

/** A payload of an IKEv2 message (RFC 7296 §3.2), decoded. Arrays belong to the record. */
public sealed interface Payload {
  /** RFC 7296 §3.3. */
  record SecurityAssociation(List<Proposal> proposals) implements Payload {}

  /** RFC 7296 §3.4. */
  record KeyExchange(int group, byte[] data) implements Payload {}

  /** RFC 7296 §3.5, IDi (35) or IDr (36). */
  record Identification(boolean initiator, Identity identity) implements Payload {}

  /** RFC 7296 §3.6; encoding 4 is an X.509 certificate in DER. */
  record Certificate(int encoding, byte[] data) implements Payload {}

  /** RFC 7296 §3.7. */
  record CertificateRequest(int encoding, byte[] authorities) implements Payload {}

  /** RFC 7296 §3.8. */
  record Authentication(AuthMethod method, byte[] data) implements Payload {}

  /** RFC 7296 §3.9. */
  record Nonce(byte[] data) implements Payload {}

  /** RFC 7296 §3.10; the SPI is empty where the notify has none. */
  record Notify(ProtocolId protocol, byte[] spi, NotifyType type, byte[] data) implements Payload {
    public static Notify of(NotifyType type, byte... data) {
      return new Notify(ProtocolId.NONE, new byte[0], type, data);
    }
  }

  /** RFC 7296 §3.11; no SPIs for the IKE SA itself. */
  record Delete(ProtocolId protocol, List<byte[]> spis) implements Payload {}

  /** RFC 7296 §3.12. */
  record VendorId(byte[] data) implements Payload {}

  /** RFC 7296 §3.13, TSi (44) or TSr (45). */
  record TrafficSelectors(boolean initiator, List<TrafficSelector> selectors) implements Payload {}

  /** RFC 7296 §3.15; type 1 request, 2 reply, 3 set, 4 ack. */
  record Configuration(int type, List<Attribute> attributes) implements Payload {}

  /** RFC 7296 §3.16. */
  record Eap(byte[] message) implements Payload {}

  /** A payload of a type that we do not know. */
  record Unknown(int type, boolean critical, byte[] body) implements Payload {}

  /**
   * A configuration attribute (RFC 7296 §3.15.1).
   *
   * @param type 0..32767: 1 INTERNAL_IP4_ADDRESS, 3 INTERNAL_IP4_DNS, 8 INTERNAL_IP6_ADDRESS, ...
   */
  record Attribute(int type, byte[] value) {}

  /**
   * A proposal (RFC 7296 §3.3.1).
   *
   * @param spi empty in IKE_SA_INIT
   */
  record Proposal(int number, ProtocolId protocol, byte[] spi, List<Transform> transforms) {}

  /**
   * A transform (RFC 7296 §3.3.2).
   *
   * @param type 1 encryption, 2 PRF, 3 integrity, 4 key exchange, 5 sequence numbers
   * @param keyBits the key length attribute; 0 where there is none
   * @param understood false if it carries an attribute that we do not know: never to be chosen
   */
  record Transform(int type, int id, int keyBits, boolean understood) {}
}
