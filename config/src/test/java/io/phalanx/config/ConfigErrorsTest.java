package io.phalanx.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.LoadResult.Loaded;
import io.phalanx.config.LoadResult.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operator reads when something in the file is wrong. */
class ConfigErrorsTest {
  @TempDir private Path directory;

  @Test
  void shouldReportAllErrorsAtOnceInTheOrderOfTheFile() {
    String text =
        """
        member: {id: 9, state-dir: state}
        listen: {addresses: [gw.lab.test], ike-port: 99999}
        clear: {tun: {name: phx0, mtu: big}}
        cluster:
          name: demo
          keys: [{id: 1, secret: abcd}]
          members:
            - {id: 1, interlink: 10.0.0.1:4600, store: 10.0.0.1:5701}
            - {id: 2, interlink: 10.0.0.1:4600, store: 10.0.0.2}
          hartbeat: 50ms
          store-security: tsl
        connections:
          - name: rw
            local: {id: gw.lab.test, auth: psk}
            remote: {auth: token}
            ike-proposals: [aes512-sha256-ecp256]
            pool: raod
            dpd: 30
            children: []
        pools: [{name: road, addresses: [10.77.0.0/24]}]
        """;
    assertThat(errors(text))
        .containsExactly(
            "phalanx.yaml:2:22: listen.addresses[0]: \"gw.lab.test\" is not an IP address - write"
                + " an address such as 192.0.2.1 or 2001:db8::1; names are not resolved",
            "phalanx.yaml:2:46: listen.ike-port: 99999 is out of range - use 1 to 65535",
            "phalanx.yaml:3:32: clear.tun.mtu: a whole number is expected, not \"big\" - write"
                + " digits only",
            "phalanx.yaml:5:3: cluster.tls: the key is missing - add tls: {authorities:"
                + " [cluster-ca.pem], certificate: member-1.pem, key: member-1.key}; phalanx"
                + " cluster init makes them",
            "phalanx.yaml:6:26: cluster.keys[0].secret: the key is not 64 hex digits - make one by:"
                + " openssl rand -hex 32",
            "phalanx.yaml:9:26: cluster.members[1].interlink: another entry has the same - give"
                + " each member its own",
            "phalanx.yaml:9:48: cluster.members[1].store: \"10.0.0.2\" is not an address with a"
                + " port - write for example 192.0.2.1:500, or \"[2001:db8::1]:500\" in quotes",
            "phalanx.yaml:10:3: cluster.hartbeat: unknown key - did you mean heartbeat?",
            "phalanx.yaml:11:19: cluster.store-security: \"tsl\" is not known here - use one of"
                + " plain, tls",
            "phalanx.yaml:15:20: connections[0].remote.auth: \"token\" is not known here - use one"
                + " of certificate, eap, psk",
            "phalanx.yaml:16:21: connections[0].ike-proposals[0]: unknown algorithm \"aes512\" -"
                + " use one of aes128gcm16, aes192gcm16, aes256gcm16, chacha20poly1305, aes128,"
                + " aes192, aes256, aes128ctr, aes192ctr, aes256ctr, aes128gcm12, aes192gcm12,"
                + " aes256gcm12, aes128gcm8, aes192gcm8, aes256gcm8, aes128ccm16, aes192ccm16,"
                + " aes256ccm16, aes128ccm12, aes192ccm12, aes256ccm12, aes128ccm8, aes192ccm8,"
                + " aes256ccm8, aes128gmac, aes192gmac, aes256gmac, null, sha256, sha384, sha512,"
                + " sha1, aesxcbc, aescmac, prfsha256, prfsha384, prfsha512, prfsha1, prfaesxcbc,"
                + " prfaescmac, ecp256, ecp384, ecp521, curve25519, x25519, curve448, x448,"
                + " modp2048, modp3072, modp4096, modp6144, modp8192, esn, noesn",
            "phalanx.yaml:17:11: connections[0].pool: there is no pool \"raod\" - did you mean"
                + " road?",
            "phalanx.yaml:18:10: connections[0].dpd: the duration \"30\" has no known unit - write"
                + " a number and a unit (ms, s, m, h, d), for example 50ms, 30s or 4h",
            "phalanx.yaml:19:15: connections[0].children: a list of 0 entries - give it 1 to 32, or"
                + " add remote.address");
  }

  /** Each row spoils the minimal configuration in one place. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          id: 1, state-dir     | id: 2, state-dir     | 1:14: member.id: 2 is not in cluster.members
          id: 1, state-dir     | id: 0, state-dir     | 1:14: member.id: 0 is out of range
          id: 1, state-dir     | state-dir            | 1:9: member.id: the key is missing - add id: 1
          id: 1, state-dir     | id: , state-dir      | member.id: the value is missing
          id: 1, state-dir     | id: [1], state-dir   | member.id: a single value is expected
          {id: 1, state-dir: state} | 1               | 1:9: member: a group of settings is expected
          member:              | members:             | 1:1: members: unknown key - did you mean member?
          state-dir: state     | state-dir: "a\\0b"   | "a\uFFFDb" is not a path
          [127.0.0.1]          | 127.0.0.1            | 2:21: listen.addresses: a list is expected
          [127.0.0.1]          | [127.0.0.1], loops: 0 | listen.loops: 0 is out of range - use 1 to 256
          [127.0.0.1]          | [127.0.0.1], nat-port: 500 | listen.nat-port: ike-port and nat-port are the same
          clear:               | clear: {}\\nx:        | clear.tun: either tun or datagrams is needed
          datagrams: {         | tun: {name: phx0}\\n  datagrams: { | either tun or datagrams, not both
          datagrams: {         | tun: {name: phx/0}\\n  # | "phx/0" is not a name for a network interface
          bind: 127.0.0.1:9001, | ''                  | clear.datagrams.bind: the key is missing
          name: demo           | name: a b            | cluster.name: "a b" is not a name
          name: demo           | name: demo\\n  backups: 1 | 1 backups need 2 members, and there are 1 - use at most 0
          name: demo           | name: demo\\n  minimum-members: 2 | 2 members are needed, and there are 1
          name: demo           | name: demo\\n  minimum-members: some | a whole number is expected
          name: demo           | name: demo\\n  prefer: safety | cluster.prefer: is a choice of two members, and there are 1 - leave it out: a majority goes on
          store: 127.0.0.1:5701} | store: 127.0.0.1:5701}\\n    - {id: 2, interlink: 127.0.0.1:4602, store: 127.0.0.1:5702}\\n  prefer: speed | cluster.prefer: "speed" is not known - use one of availability, safety
          store: 127.0.0.1:5701} | store: 127.0.0.1:5701}\\n    - {id: 2, interlink: 127.0.0.1:4602, store: 127.0.0.1:5702}\\n  prefer: safety\\n  minimum-members: 1 | cluster.prefer: minimum-members says it already - keep one of the two
          name: demo           | name: demo\\n  suspect-after: 100ms | cluster.suspect-after: shorter than three heartbeats, so one lost datagram looks like a death - use 150ms or more
          name: demo           | name: demo\\n  keyring: x | either keyring or keys, not both
          name: demo           | name: demo\\n  tls: {certificate: a.pem, key: a.key} | cluster.tls.authorities: the key is missing
          name: demo           | name: demo\\n  tls: {authorities: [a.pem], certificate: a.pem, key: a.key} | there is no file
          name: demo           | name: demo\\n  store-security: plain\\n  tls: {key: a.key} | cluster.tls: has no meaning here
          name: demo           | name: demo\\n  heartbeat: 1ms | cluster.heartbeat: 1ms is out of range - use 10ms to 10s
          name: demo           | name: demo\\n  name: demo | 7:3: cluster.name: the key is there twice
          store: 127.0.0.1:5701} | store: 127.0.0.1:5701}\\n    - {id: 1, interlink: 127.0.0.1:4602, store: 127.0.0.1:5702} | cluster.members[1].id: another entry has the same
          store: 127.0.0.1:5701} | store: 127.0.0.1:5701}\\n    - {id: 2, interlink: 127.0.0.1:4602, store: 127.0.0.1:5702}\\n  backups: 0 | without backups nothing survives a crash
          connections:         | ike: {retransmit-base: 0.5}\\nconnections: | ike.retransmit-base: 0.5 is out of range
          connections:         | ike: {half-open-max: 10, cookie-threshold: 11}\\nconnections: | ike.cookie-threshold: above half-open-max
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8]}, {name: a, addresses: [10.1.0.0/16]}]\\nconnections: | pools[1].name: another entry has the name "a"
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8]}, {name: b, addresses: [10.1.0.0/16]}]\\nconnections: | pools[1].addresses[0]: overlaps with 10.0.0.0/8
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], domains: [a b]}]\\nconnections: | "a b" is not a domain
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], members: [a b]}]\\nconnections: | "a b" is not an identity
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], fixed: [{id: a, addresses: [11.0.0.1]}]}]\\nconnections: | fixed[0].addresses[0]: is not in the pool
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], fixed: [{id: a, addresses: [10.0.0.1]}, {id: a, addresses: [10.0.0.2]}]}]\\nconnections: | has fixed addresses already
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], fixed: [{id: a, addresses: [10.0.0.1]}, {id: b, addresses: [10.0.0.1]}]}]\\nconnections: | is kept for two
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], fixed: [{id: a, addresses: [10.0.0.1, 10.0.0.2]}]}]\\nconnections: | two addresses of one family
          connections:         | pools: [{name: a, addresses: [10.0.0.0/8], fixed: [{id: "*.a", addresses: [10.0.0.1]}]}]\\nconnections: | stands for several identities
          id: gw.lab.test      | id: "*.lab.test"     | stands for several identities - write one of them in full
          id: gw.lab.test      | id: "CN=gw, x"       | "x" is not a part of a distinguished name
          id: gw.lab.test      | id: two words        | connections[0].local.id: "two words" is not an identity
          id: gw.lab.test, auth: psk | id: gw.lab.test, auth: psk, key: gw.key | local.key: has no meaning here
          id: gw.lab.test, auth: psk | id: gw.lab.test, auth: certificate, certificate: c.pem | local.key: the key is missing
          id: gw.lab.test, auth: psk | id: gw.lab.test, auth: certificate, certificate: c.pem | there is no file
          remote: {auth: psk}  | remote: {auth: certificate} | remote.authorities: the key is missing
          remote: {auth: psk}  | remote: {auth: psk, authorities: [ca.pem]} | remote.authorities: has no meaning here
          remote: {auth: psk}  | remote: {auth: psk, revocation: strict} | remote.revocation: has no meaning here
          remote: {auth: psk}  | remote: {auth: certificate, revocation: maybe} | use one of if-available, off, strict
          remote: {auth: psk}  | remote: {auth: certificate, crls: [a.crl]} | remote.crls: has no meaning here - write revocation: if-available
          remote: {auth: psk}  | remote: {auth: certificate, revocation: strict, ocsp: "ftp://x"} | "ftp://x" is not an HTTP address
          remote: {auth: psk}  | remote: {auth: certificate, revocation: strict, follow-certificate: false} | there is nobody to ask
          remote: {auth: psk}  | remote: {auth: psk, address: peer.example} | remote.address: "peer.example"
          remote: {auth: psk}  | remote: {auth: psk}\\n    initiate: true | there is no address to initiate to
          remote: {auth: psk}  | remote: {auth: psk}\\n    routability-check: late | "late" is not known here - use one of after, before, never
          remote: {auth: psk}  | remote: {auth: psk}\\n    initiate: maybe | "maybe" is not known here - use one of false, true
          remote: {auth: psk}  | remote: {auth: psk}\\n    request-addresses: [ipv5] | did you mean ipv4?
          remote: {auth: psk}  | remote: {auth: psk}\\n    rekey: 100000d | is too long
          remote: {auth: psk}  | remote: {auth: psk}\\n    dpd: 5ms | use 1s to 1d, or never
          local: [10.50.0.0/24] | local: [10.50.0.0/33] | prefix length
          local: [10.50.0.0/24] | local: [dynamic]    | our side has no dynamic address
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        remote: [dynamic, 10.0.0.0/8] | remote[0]: dynamic stands alone
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        window: 100 | 100 is not a size for a window - use a multiple of 32
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        mode: transport | transport mode is between two addresses - write one address, dynamic
          local: [10.50.0.0/24] | local: [dynamic]\\n        mode: transport | NONE
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        mode: trunnel | did you mean tunnel?
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        path-mtu: 500 | 500 is out of range - use 576 to 65535
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        clamp-mss: maybe | use one of false, true
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        dscp: 64 | 64 is not a DSCP - use 0 to 63, copy or none
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        dscp: copy | NONE
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        copy-ecn: 1 | use one of false, true
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        rekey-bytes: lots | a size is expected
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        rekey-packets: -1 | -1 is out of range
          local: [10.50.0.0/24] | local: [10.50.0.0/24]\\n        esp-proposals: [aes256] | has no integrity algorithm
          preshared-keys:      | x:                   | x: unknown key - use member, listen
          {secret: "correct horse battery staple"} | {file: nowhere.psk, ids: [two words]} | "two words" is not an identity
          secret: "correct horse battery staple" | file: nowhere.psk | there is no file
          secret: "correct horse battery staple" | secret: "" | preshared-keys[0].secret: the value is missing
          secret: "correct horse battery staple" | hex: "0x61" | preshared-keys[0].hex: not an even number of hexadecimal digits
          secret: "correct horse battery staple" | secret: "a secret", hex: "6162" | preshared-keys[0].secret: has no meaning here
          secret: "correct horse battery staple" | ids: ["%any"] | either secret or file is needed
          """)
  void shouldNameThePlaceTheProblemAndTheRemedy(String right, String wrong, String message) {
    String text = spoiled(right, wrong);
    if (message.equals("NONE")) {
      assertThat(errors(text)).isEmpty();
    } else {
      assertThat(errors(text)).anySatisfy(error -> assertThat(error).contains(message));
    }
  }

  @Test
  void shouldNotJudgeWhatCouldNotBeRead() {
    assertThat(errors(spoiled("interlink: 127.0.0.1:4601", "interlink: nowhere")))
        .as("no error about backups, majority or member.id besides")
        .hasSize(1);
    assertThat(errors(spoiled("{id: 1, state-dir: state}", "none"))).hasSize(1);
  }

  @Test
  void shouldMissAKeyForConnectionsThatNeedOne() {
    assertThat(errors(Example.MINIMAL.replaceFirst("(?s)preshared-keys:.*", "")))
        .singleElement()
        .asString()
        .contains("connections[0]: authenticates with a pre-shared key, and there is none");
  }

  @Test
  void shouldReadPemFilesFarEnoughToSeeWhatTheyAre() throws Exception {
    Files.writeString(directory.resolve("c.pem"), "-----BEGIN CERTIFICATE-----\n");
    Files.writeString(directory.resolve("old.key"), "-----BEGIN RSA PRIVATE KEY-----\n");
    String certificate = "auth: certificate, certificate: c.pem, key: ";
    assertThat(errors(spoiled("id: gw.lab.test, auth: psk", "id: gw, " + certificate + "old.key")))
        .singleElement()
        .asString()
        .contains("old.key\" holds no PRIVATE KEY - convert it by: openssl pkcs8");
    assertThat(errors(spoiled("id: gw.lab.test, auth: psk", "id: gw, " + certificate + "c.pem")))
        .hasSize(1);
  }

  @Test
  void shouldWarnOfWhatWorksButShouldNotStay() {
    assertThat(warnings(spoiled("correct horse battery staple", "short")))
        .singleElement()
        .asString()
        .contains("preshared-keys[0].secret: a key of fewer than 16 characters");
    assertThat(warnings(spoiled("secret: \"correct horse battery staple\"", "hex: \"0a0b\"")))
        .singleElement()
        .asString()
        .contains("preshared-keys[0].hex: a key of fewer than 16 characters, or 12 octets");
    assertThat(warnings(spoiled("10.50.0.0/24", "10.50.0.1/24")))
        .singleElement()
        .asString()
        .contains("local[0]: means 10.50.0.0/24 - write 10.50.0.0/24");
    assertThat(warnings(spoiled("bind: 127.0.0.1", "bind: 192.0.2.1")))
        .singleElement()
        .asString()
        .contains("leave this machine unprotected");
    assertThat(
            warnings(
                spoiled("{auth: psk}", "{id: a.test, auth: psk}")
                    .replace("{secret:", "{ids: [b.test], secret:")))
        .singleElement()
        .asString()
        .contains("connections[0]: no pre-shared key is for this peer");
    assertThat(
            warnings(
                spoiled("{auth: psk}", "{id: a.test, auth: psk}")
                    .replace("{secret:", "{ids: [gw.lab.test], secret:")))
        .as("a key for us alone is one for any peer")
        .isEmpty();
    assertThat(warnings(spoiled("remote:", "request-addresses: [ipv4]\n    remote:")))
        .singleElement()
        .asString()
        .contains("only an initiator asks for addresses");
    assertThat(
            warnings(
                spoiled(
                    "remote:",
                    "ike-proposals: [aes128-sha1-modp2048, aes128-sha256-modp2048]\n    remote:")))
        .singleElement()
        .asString()
        .contains("ike-proposals[0]: HMAC-SHA1", "(RFC 8247 §2.3); its PRF", "nothing better");
    assertThat(warnings(spoiled("local: [10", "esp-proposals: [null-sha256]\n        local: [10")))
        .singleElement()
        .asString()
        .contains("esp-proposals[0]: it encrypts nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                        | the file is empty
          '# nothing'               | the file is empty
          'a: [1'                   | this is not YAML (while parsing a flow sequence)
          'a: 1\\n b: 2'             | this is not YAML
          'a: 1\\n\\tb: 2'            | this is not YAML
          'a: 1\\n---\\nb: 2'         | a second document
          'just text'               | a group of settings is expected
          '- a\\n- list'             | a group of settings is expected
          '%YAML 9999999999999.1\\n---\\na: 1' | this is not YAML
          """)
  void shouldSayThatItIsNotYaml(String text, String message) {
    assertThat(errors(text.translateEscapes())).first().asString().contains(message);
  }

  @Test
  void shouldRefuseNestingWithoutEnd() {
    assertThat(errors("[".repeat(1_000_000))).singleElement().asString().contains("too deeply");
    assertThat(errors("a: ".repeat(3) + "{a: ".repeat(100_000))).hasSize(1);
  }

  @Test
  void shouldBoundWhatAliasesMultiply() {
    String wrongChildren = "&c [" + "{name: a b, local: [x], window: 1}, ".repeat(32) + "]\n";
    String text =
        spoiled(
                "children:\n      - name: net\n        local: [10.50.0.0/24]\n",
                "children: " + wrongChildren)
            .replace(
                "preshared-keys:",
                "  - {name: n, children: *c}\n".repeat(1000) + "preshared-keys:");
    assertThat(errors(text)).hasSize(101).last().asString().contains("more than is shown");
  }

  /** Each of these is a slip of the pen with a secret in it. */
  @Test
  void shouldNeverShowASecret() {
    for (String slip :
        List.of(
            "{secret:opensesame123}",
            "{secret=opensesame123}",
            "{secret, opensesame123}",
            "{secret: *opensesame123}",
            "{secret: !opensesame123}",
            "{secret: !opensesame123!x y}",
            "{secret: @opensesame123}",
            "{secret: \"opensesame123}",
            "{secret: [opensesame123]}",
            "{secret: {opensesame123: x}}",
            "{secret: opensesame123, secret: opensesame123}",
            "{secret: opensesame123, file: x}",
            "{secret opensesame123}",
            "opensesame123")) {
      String psk = spoiled("{secret: \"correct horse battery staple\"}", slip);
      String key =
          spoiled(
              "{id: 1, secret: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f}",
              slip.startsWith("{") ? "{id: 1, " + slip.substring(1) : slip);
      assertThat(errors(key)).as(slip).isNotEmpty();
      assertThat(errors(psk)).as(slip).noneMatch(error -> error.contains("opensesame"));
      assertThat(errors(key)).as(slip).noneMatch(error -> error.contains("opensesame"));
    }
  }

  @Test
  void shouldTellWhatEapNeeds() {
    String eap =
        Example.MINIMAL.replace("remote: {auth: psk}", "remote: {auth: eap, methods: [%s]}");
    assertThat(errors(eap.formatted("mschapv2")))
        .containsExactly(
            "phalanx.yaml:11:5: connections[0]: authenticates users by passwords, and there are"
                + " none - add users");
    assertThat(errors(eap.formatted("radius")))
        .containsExactly(
            "phalanx.yaml:11:5: connections[0]: asks a RADIUS server, and there is none - add"
                + " radius, with its servers");
    assertThat(errors(eap.formatted("radius, mschapv2")))
        .contains(
            "phalanx.yaml:13:34: connections[0].remote.methods: nothing is tried after radius -"
                + " write radius last");
    assertThat(errors(eap.formatted("mschapv2], eap-only: [true").replace(": [true]", ": true")))
        .contains(
            "phalanx.yaml:13:56: connections[0].remote.eap-only: not every method proves who this"
                + " gateway is - write methods: [tls]");
    assertThat(errors(eap.formatted("tls")))
        .contains(
            "phalanx.yaml:13:34: connections[0].remote.methods: tls shows the certificate of this"
                + " gateway - write local.auth: certificate",
            "phalanx.yaml:13:13: connections[0].remote.authorities: the key is missing - add"
                + " authorities: [ca.pem]");
  }

  @Test
  void shouldTellWhatIsWrongWithUsersAndRadius() {
    String text =
        Example.MINIMAL
            + """
            users:
              - {name: alice, password: ""}
              - {name: alice, password: "long enough for all"}
            radius:
              servers: [{address: radius.example.org, secret: "a secret of enough characters"}]
              tries: 11
            """;
    assertThat(errors(text)).hasSize(4);
    assertThat(errors(text).getLast()).contains("radius.tries: 11 is out of range");
  }

  @Test
  void shouldTellWhatIsWrongWithContextTransfer() {
    String text =
        Example.MINIMAL
            + """
            context-transfer:
              key: our.key
              partners: [{name: west, key: west.pub}, {name: west, key: other.pub}, {name: a b, key: c}]
            """;
    assertThat(errors(text)).hasSize(2);
    assertThat(errors(text).getFirst()).contains("another entry has the name \"west\"");
    assertThat(errors(text).getLast())
        .contains("context-transfer.partners[2].name: \"a b\" is not");
    assertThat(errors(Example.MINIMAL + "context-transfer: {key: our.key}\n"))
        .singleElement()
        .asString()
        .contains("partners");
  }

  private static String spoiled(String right, String wrong) {
    assertThat(Example.MINIMAL).contains(right);
    return Example.MINIMAL.replace(right, wrong.replace("\\n", "\n"));
  }

  private List<String> errors(String text) {
    return switch (ConfigLoader.parse(text, directory, 1)) {
      case Refused(var errors) -> lines(errors);
      case Loaded _ -> List.of();
    };
  }

  private List<String> warnings(String text) {
    return switch (ConfigLoader.parse(text, directory, 1)) {
      case Refused(var errors) ->
          throw new AssertionError(ConfigErrors.format("phalanx.yaml", errors));
      case Loaded(_, var warnings) -> lines(warnings);
    };
  }

  private static List<String> lines(List<ConfigError> errors) {
    return errors.stream().map(error -> ConfigErrors.format("phalanx.yaml", error)).toList();
  }
}
