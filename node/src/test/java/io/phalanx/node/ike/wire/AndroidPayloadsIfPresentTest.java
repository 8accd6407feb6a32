package io.phalanx.node.ike.wire;

import static io.phalanx.node.vectors.SharedVectors.map;
import static io.phalanx.node.vectors.SharedVectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.vectors.SharedVectors;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payloads of Android's unit tests, where they are present: read, written again, or refused. */
class AndroidPayloadsIfPresentTest {
  private static final int HEADER_DIGITS = 2 * PayloadChain.GENERIC_HEADER_OCTETS;

  @ParameterizedTest
  @CsvSource({
    "39, IkeAuthPayloadTest, PSK_AUTH_PAYLOAD_HEX_STRING",
    "39, IkeAuthPskPayloadTest, PSK_AUTH_PAYLOAD_BODY_HEX_STRING",
    "39, IkeAuthDigitalSignPayloadTest, AUTH_PAYLOAD_BODY_GENERIC_DIGITAL_SIGN_HEX_STRING",
    "39, IkeAuthDigitalSignPayloadTest, AUTH_PAYLOAD_BODY_RSA_DIGITAL_SIGN_HEX_STRING",
    "37, IkeCertX509CertPayloadTest, CERT_PAYLOAD_BODY_HEX_STRING",
    "36, IkeIdPayloadTest, IPV4_ADDR_ID_PAYLOAD_RESPONDER_BODY_HEX_STRING",
    "36, IkeIdPayloadTest, IPV6_ADDR_ID_PAYLOAD_RESPONDER_BODY_HEX_STRING",
    "35, IkeIdPayloadTest, FQDN_ID_PAYLOAD_BODY_HEX_STRING",
    "35, IkeIdPayloadTest, RFC822_ADDR_ID_PAYLOAD_BODY_HEX_STRING",
    "35, IkeIdPayloadTest, KEY_ID_PAYLOAD_BODY_HEX_STRING",
    "35, IkeIdPayloadTest, ASN1_DN_PAYLOAD_BODY_HEX_STRING",
    "34, IkeKePayloadTest, KE_PAYLOAD_RAW_PACKET",
    "34, IkeKePayloadTest, unrecognizedKePayload",
    "40, IkeNoncePayloadTest, NONCE_DATA_RAW_HEX_STRING",
    "41, IkeNotifyPayloadTest, NOTIFY_NAT_DETECTION_PAYLOAD_BODY_HEX_STRING",
    "41, IkeNotifyPayloadTest, NOTIFY_REKEY_PAYLOAD_BODY_HEX_STRING",
    "33, IkeSaPayloadTest, OUTBOUND_PROPOSAL_RAW_PACKET",
    "33, IkeSaPayloadTest, INBOUND_TWO_PROPOSAL_RAW_PACKET",
    "33, IkeSaPayloadTest, INBOUND_CHILD_PROPOSAL_RAW_PACKET",
    "33, IkeSaPayloadTest, INBOUND_CHILD_TWO_PROPOSAL_RAW_PACKET",
    "33, IkeSaPayloadTest, saPayloadBodyHex",
    "33, IkeSaPayloadTest, inboundRequestSaPayload",
  })
  void shouldReadAndWriteABody(int type, String file, String constant) {
    SharedVectors.json(unit(file)).ifPresent(json -> readAndWrite(type, hex(json, constant)));
  }

  @ParameterizedTest
  @CsvSource({
    "33, IkeSessionStateMachineTest, IKE_SA_PAYLOAD_HEX_STRING",
    "33, IkeSessionStateMachineTest, IKE_REKEY_SA_PAYLOAD_HEX_STRING",
    "34, IkeSessionStateMachineTest, KE_PAYLOAD_HEX_STRING",
    "41, IkeSessionStateMachineTest, INVALID_KE_PAYLOAD_HEX_STRING",
    "41, IkeSessionStateMachineTest, FRAGMENTATION_SUPPORTED_PAYLOAD_HEX_STRING",
    "41, IkeSessionStateMachineTest, SIGNATURE_HASH_SUPPORTED_PAYLOAD_HEX_STRING",
    "42, IkeSessionStateMachineTest, DELETE_IKE_PAYLOAD_HEX_STRING",
    "35, IkeSessionStateMachineTest, ID_PAYLOAD_INITIATOR_HEX_STRING",
    "39, IkeSessionStateMachineTest, PSK_AUTH_RESP_PAYLOAD_HEX_STRING",
    "39, IkeSessionStateMachineTest, GENERIC_DIGITAL_SIGN_AUTH_RESP_HEX_STRING",
    "44, IkeSessionStateMachineTest, TS_INIT_PAYLOAD_HEX_STRING",
    "45, IkeSessionStateMachineTest, TS_RESP_PAYLOAD_HEX_STRING",
    "43, IkeSessionStateMachineTest, VENDOR_ID_PAYLOAD_HEX_STRING",
    "47, IkeSessionStateMachineTest, CP_PAYLOAD_HEX_STRING",
    "33, ChildSessionStateMachineTest, REKEY_CHILD_REQ_SA_PAYLOAD",
    "42, IkeDeletePayloadTest, DELETE_CHILD_PAYLOAD_HEX_STRING",
    "42, IkeDeletePayloadTest, DELETE_MULTIPLE_CHILD_PAYLOAD_HEX_STRING",
    "44, IkeTsPayloadTest, TS_INITIATOR_PAYLOAD_HEX_STRING",
  })
  void shouldReadAndWriteAPayload(int type, String file, String constant) {
    SharedVectors.json(unit(file))
        .ifPresent(json -> readAndWrite(type, hex(json, constant).substring(HEADER_DIGITS)));
  }

  private static void readAndWrite(int type, String body) {
    PayloadChain chain = Golden.read(type, body);
    assertThat(chain).isInstanceOf(PayloadChain.Complete.class);
    List<Payload> payloads = ((PayloadChain.Complete) chain).payloads();
    Writer out = new Writer();
    PayloadEncoder.encode(payloads, out);
    assertThat(Golden.hex(out.toBytes()).substring(HEADER_DIGITS)).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource({"TX_IPV4_INVALID_PORT_RANGE_HEX_STRING", "TX_IPV4_INVALID_ADDRESS_RANGE_HEX_STRING"})
  void shouldRefuseSelectorsThatEndBeforeTheyStart(String constant) {
    SharedVectors.json(unit("IkeTrafficSelectorTest"))
        .ifPresent(json -> Golden.assertRefused(44, "01000000" + hex(json, constant)));
  }

  /** Two netmasks, or one without an address: nobody asks us for them, and nobody gets them. */
  @ParameterizedTest
  @CsvSource({"CONFIG_RESP_PAYLOAD_INVALID_ONE_HEX", "CONFIG_RESP_PAYLOAD_INVALID_TWO_HEX"})
  void shouldReadPastNetmasksThatMakeNoSense(String constant) {
    SharedVectors.json(unit("IkeConfigPayloadTest"))
        .ifPresent(json -> readAndWrite(47, hex(json, constant).substring(HEADER_DIGITS)));
  }

  @Test
  void shouldDropAHeaderWithoutAMessage() {
    SharedVectors.json(unit("IkeUdpEncapSocketTest"))
        .ifPresent(
            json ->
                assertThat(
                        MessageCodec.decode(
                            HexFormat.of().parseHex(hex(json, "malformedIkePacketHexString"))))
                    .isInstanceOf(Decoded.Drop.class));
  }

  private static String unit(String file) {
    return "02-android/unit/" + file + ".json";
  }

  private static String hex(Map<?, ?> json, String constant) {
    return text(map(json, "hex"), constant).toLowerCase(Locale.ROOT);
  }
}
