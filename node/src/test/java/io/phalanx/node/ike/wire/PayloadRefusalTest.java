package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.assertRefused;
import static io.phalanx.node.ike.wire.Golden.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadRefusalTest {
  @ParameterizedTest(name = "{2}")
  @CsvSource({
    "33, '', no proposal",
    "33, 00 00 0008 01 03 00 01, a transform is missing",
    "33, 02 00 0008 01 03 00 00, more proposals promised",
    "33, 00 00 0007 01 03 00 00, a proposal shorter than its fixed part",
    "33, 00 00 0010 01 01 00 01 03 00 0008 02 00 0005, more transforms promised",
    "33, 00 00 0010 01 01 00 01 00 00 0007 02 00 0005, a transform shorter than its fixed part",
    "33, 00 00 0012 01 01 00 01 00 00 0008 02 00 0005 0000, octets after the last transform",
    "33, 00 00 0018 01 01 00 01 00 00 0010 01 00 000c 800e 0080 800e 0100, key length twice",
    "33, 00 00 0014 01 01 00 01 00 00 000c 01 00 000c 0001 0009, an attribute beyond the end",
    "34, 001f, half a header",
    "34, 001f 0000, no public value",
    "35, 01 0000, half a header",
    "37, 04, no certificate",
    "38, '', no encoding",
    "39, 02 000000, no data",
    "40, 000102030405060708090a0b0c0d0e, 15 octets",
    "41, 03 04 4009 deadbe, an SPI beyond the end",
    "42, 03 04 0002 00000101, an SPI is missing",
    "42, 03 04 0001 00000101 00, an octet too many",
    "42, 03 00 ffff, many SPIs of no octets",
    "42, 01 08 0001 0000000000000001, the IKE SA with an SPI",
    "44, 00 000000, no selector",
    "44, 02 000000 07 00 0010 0000 ffff c0000201 c0000201, a selector is missing",
    "44, 01 000000 07 00 000f 0000 ffff c0000201 c00002, a short IPv4 range",
    "44, 01 000000 07 00 0010 0000 ffff c0000202 c0000201, a range backwards",
    "44, 01 000000 07 11 0010 2222 1111 c0000201 c0000201, ports backwards",
    "44, 01 000000 07 00 0003 0000 ffff c0000201 c0000201, a length below the header",
    "44, 01 000000 07 00 0010 0000 ffff c0000201 c0000201 00, an octet too many",
    "47, 01 0000, half a header",
    "47, 01 000000 0001 0004 0a0000, a value beyond the end",
    "47, 01 000000 0001, half an attribute",
    "48, 01 07 0004 01, a length that is not that of the payload",
    "48, 0107, half a header",
    "53, 0000 0002 00, the fragment before the first",
    "53, 0003 0002 00, the fragment after the last",
    "53, 0001 0000 00, a fragment of none",
  })
  void shouldRefuse(int type, String body, String why) {
    assertRefused(type, body);
    assertThat(why).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15, 257})
  void shouldRefuseANonceOfTheWrongLength(int octets) {
    assertRefused(40, "ab".repeat(octets));
  }

  @Test
  void shouldRefuseMoreSelectorsThanTheLimit() {
    int count = Limits.SELECTORS_MAX + 1;
    String selector = "07 00 0010 0000 ffff c0000201 c0000201";
    assertRefused(44, "%02x000000".formatted(count) + selector.repeat(count));
  }

  @Test
  void shouldRefuseMoreProposalsThanTheLimit() {
    String more = "02 00 0008 01 03 00 00".repeat(Limits.PROPOSALS_MAX);
    assertRefused(33, more + "00 00 0008 01 03 00 00");
  }

  @Test
  void shouldRefuseMoreAttributesThanTheLimit() {
    assertRefused(47, "01000000" + "00010000".repeat(Limits.ATTRIBUTES_MAX + 1));
  }

  @Test
  void shouldRefuseMoreDeletedSpisThanTheLimit() {
    int count = Limits.DELETED_SPIS_MAX + 1;
    assertRefused(42, "0304%04x".formatted(count) + "00000101".repeat(count));
  }

  @Test
  void shouldNotUnderstandATransformWithAnAttributeItDoesNotKnow() {
    String body = "00 00 0014 01 03 00 01 00 00 000c 01 00 000c 800f 0080";
    assertThat(onlyTransform(body)).isEqualTo(new Payload.Transform(1, 12, 0, false));
  }

  @Test
  void shouldNotUnderstandAKeyLengthOfZero() {
    String body = "00 00 0014 01 03 00 01 00 00 000c 01 00 000c 800e 0000";
    assertThat(onlyTransform(body)).isEqualTo(new Payload.Transform(1, 12, 0, false));
  }

  @Test
  void shouldLeaveOutASelectorOfAnotherType() {
    String label = "0a 00 0008 01020304";
    String range = "07 00 0010 0000 ffff c0000201 c0000201";
    assertThat(read(44, "02 000000" + label + range))
        .isInstanceOfSatisfying(
            PayloadChain.Complete.class,
            chain ->
                assertThat(((Payload.TrafficSelectors) chain.payloads().getFirst()).selectors())
                    .hasSize(1));
  }

  @Test
  void shouldKeepARangeThatBeginsWithAMappedAddress() {
    String mapped = "00000000000000000000ffffc0000201";
    String range = "08 00 0028 0000 ffff" + mapped + "ff".repeat(16);
    assertThat(read(44, "01 000000" + range))
        .isInstanceOfSatisfying(
            PayloadChain.Complete.class,
            chain -> {
              var selectors = ((Payload.TrafficSelectors) chain.payloads().getFirst()).selectors();
              assertThat(selectors.getFirst().ipv4()).isFalse();
            });
  }

  @Test
  void shouldKeepPortsThatStandForOpaque() {
    assertThat(read(44, "01 000000 07 11 0010 ffff 0000 c0000201 c0000201"))
        .isInstanceOf(PayloadChain.Complete.class);
  }

  private static Payload.Transform onlyTransform(String body) {
    List<Payload> payloads = ((PayloadChain.Complete) read(33, body)).payloads();
    return ((Payload.SecurityAssociation) payloads.getFirst())
        .proposals()
        .getFirst()
        .transforms()
        .getFirst();
  }
}
