package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.IdType;
import io.phalanx.config.text.Parsed;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityNotationTest {
  @Test
  void shouldTellTheKindsApart() {
    assertThat(IdentityNotation.parse("gw.lab.test"))
        .isEqualTo(Parsed.value(Identity.fqdn("gw.lab.test")));
    assertThat(IdentityNotation.parse("client1@lab.test"))
        .isEqualTo(Parsed.value(Identity.email("client1@lab.test")));
    assertThat(IdentityNotation.parse("192.0.2.1"))
        .isEqualTo(Parsed.value(new Identity(IdType.IPV4_ADDR, new byte[] {(byte) 192, 0, 2, 1})));
    assertThat(IdentityNotation.parse("2001:db8::1"))
        .isEqualTo(Parsed.value(Identity.address(InetAddress.ofLiteral("2001:db8::1"))));
    assertThat(IdentityNotation.parse("keyid:0aFF"))
        .isEqualTo(Parsed.value(new Identity(IdType.KEY_ID, new byte[] {10, (byte) 255})));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gw.lab.test",
        "client1@lab.test",
        "192.0.2.1",
        "2001:db8:0:0:0:0:0:1",
        "keyid:0aff",
        "C=DE, O=Example\\, Inc., CN=gw.example.org",
        "DC=org, DC=example, CN=a+UID=b",
        "CN=Müller",
        "E=alice@example.org",
        "gn:dns:gw.example.org",
        "gn:email:a@example.org",
        "gn:uri:https://gw.example.org/",
        "gn:ip:192.0.2.1",
        "gn:dn:C=DE, CN=gw"
      })
  void shouldPrintIdentitiesAsTheyRead(String text) {
    assertThat(IdentityNotation.parse(text).then(id -> Parsed.value(id.toString())))
        .isEqualTo(Parsed.value(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "keyid:",
        "keyid:abc",
        "two words",
        "@lab.test",
        "a@b@c",
        "CN=gw, lab",
        "CN=",
        "*",
        "*.",
        "a*b.lab.test",
        "gn:",
        "gn:dns:",
        "gn:other:x",
        "gn:ip:gw.lab.test"
      })
  void shouldRefuseTheRest(String text) {
    assertThat(IdentityNotation.parse(text)).isInstanceOf(Parsed.Fault.class);
  }

  /** The octets that openssl writes for the same name. */
  @Test
  void shouldEncodeADistinguishedName() {
    assertThat(IdentityNotation.parse("C=DE, O=Example, CN=gw").toOptional().orElseThrow().data())
        .isEqualTo(
            HexFormat.of()
                .parseHex(
                    "302c310b3009060355040613024445"
                        + "3110300e060355040a13074578616d706c65"
                        + "310b3009060355040313026777"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gw.example.org       | GW.example.org             | true
          gw.example.org       | ww.example.org             | false
          *.example.org        | a.b.Example.org            | true
          *.example.org        | example.org                | false
          *.example.org        | evilexample.org            | false
          *@example.org        | alice@EXAMPLE.org          | true
          *@example.org        | alice@sub.example.org      | false
          *@example.org        | alice.example.org          | false
          alice@example.org    | alice@Example.org          | true
          alice@example.org    | Alice@example.org          | false
          192.0.2.1            | 192.0.2.1                  | true
          192.0.2.1            | 192.0.2.2                  | false
          C=DE, O=A, CN=*      | C=de, O=a, CN=anybody      | true
          C=DE, O=A, CN=*      | C=DE, O=A, OU=B, CN=x      | false
          C=DE, O=A, CN=*      | O=A, C=DE, CN=x            | false
          C=DE, O=A, CN=*      | C=DE, O=B, CN=x            | false
          O=A  B               | O=a b                      | true
          CN=a+UID=b           | UID=b+CN=a                 | true
          CN=a+UID=b           | CN=a                       | false
          CN=a                 | keyid:0a                   | false
          keyid:0a             | keyid:0a                   | true
          gn:dns:a.example.org | gn:dns:a.example.org       | true
          """)
  void shouldMatchWhatThePatternMeans(String pattern, String other, boolean expected) {
    Identity identity = IdentityNotation.parse(other).toOptional().orElseThrow();
    assertThat(IdentityNotation.parsePattern(pattern).toOptional().orElseThrow().matches(identity))
        .isEqualTo(expected);
  }

  @Test
  void aStarShouldNotMatchItselfNorNameOne() {
    IdentityPattern all = IdentityNotation.parsePattern("*.example.org").toOptional().orElseThrow();
    assertThat(all.matches(Identity.fqdn("*.example.org"))).isFalse();
    assertThat(all.exact()).isEmpty();
    assertThat(IdentityNotation.parsePattern("C=DE, CN=*").toOptional().orElseThrow().exact())
        .isEmpty();
    assertThat(IdentityNotation.parse("*.example.org")).isInstanceOf(Parsed.Fault.class);
    assertThat(IdentityNotation.parse("O=A, CN=*")).isInstanceOf(Parsed.Fault.class);
  }

  @Test
  void shouldSurviveAnyOctetsOfAName() {
    byte[] right = IdentityNotation.parse("C=DE, CN=gw+UID=x").toOptional().orElseThrow().data();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] spoilt = Arrays.copyOf(right, random.nextInt(right.length + 3));
      for (int n = random.nextInt(3); n >= 0 && spoilt.length > 0; n--) {
        spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt();
      }
      assertThat(Identity.name(spoilt).toString())
          .satisfies(text -> assertThat(text.codePoints()).noneMatch(Character::isISOControl));
      assertThat(Identity.generalName(spoilt).toString()).isNotNull();
    }
  }

  @Test
  void shouldPrintAnAddressOfTheWrongLengthAsOctets() {
    assertThat(new Identity(IdType.IPV4_ADDR, new byte[] {1, 2, 3})).hasToString("ipv4:010203");
  }
}
