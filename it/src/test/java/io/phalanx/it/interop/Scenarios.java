package io.phalanx.it.interop;

import io.phalanx.it.lab.Lab;
import io.phalanx.it.lab.Pki.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The table: every way in which strongSwan connects. */
final class Scenarios {
  /** What goes with a key on the client's side, and what its log calls the signatures of both. */
  private record Signing(Kind kind, String method, String logged) {}

  private static final Map<String, Signing> SIGNING = new TreeMap<>();

  static {
    SIGNING.put(
        "rsa2048-pkcs1", new Signing(Kind.RSA_2048, "rsa-sha256", "RSA_EMSA_PKCS1_SHA2_256"));
    SIGNING.put(
        "rsa2048-pss",
        new Signing(Kind.RSA_2048, "rsa/pss-sha256", "RSA_EMSA_PSS_SHA2_256_SALT_32"));
    SIGNING.put(
        "rsa3072-pkcs1", new Signing(Kind.RSA_3072, "rsa-sha384", "RSA_EMSA_PKCS1_SHA2_384"));
    SIGNING.put(
        "rsa3072-pss",
        new Signing(Kind.RSA_3072, "rsa/pss-sha512", "RSA_EMSA_PSS_SHA2_512_SALT_64"));
    SIGNING.put("ecdsa256", new Signing(Kind.ECDSA_256, "ecdsa-sha256", "ECDSA_WITH_SHA256_DER"));
    SIGNING.put("ecdsa384", new Signing(Kind.ECDSA_384, "ecdsa-sha384", "ECDSA_WITH_SHA384_DER"));
    SIGNING.put("ecdsa521", new Signing(Kind.ECDSA_521, "ecdsa-sha512", "ECDSA_WITH_SHA512_DER"));
    SIGNING.put("ed25519", new Signing(Kind.ED25519, "pubkey", "ED25519"));
  }

  private static final List<String> IKE_SUITES =
      List.of(
          "aes256gcm16-prfsha256-ecp256",
          "aes128gcm16-prfsha256-ecp384",
          "aes256gcm16-prfsha384-curve25519",
          "chacha20poly1305-prfsha512-curve25519",
          "aes192gcm12-prfsha256-ecp521",
          "aes256gcm8-prfsha512-curve448",
          "aes128ccm16-prfsha256-curve25519",
          "aes256ccm12-prfsha256-curve25519",
          "aes128ccm8-prfaesxcbc-curve25519",
          "aes128ctr-sha256-curve25519",
          "aes128-sha256-modp2048",
          "aes192-sha256-modp3072",
          "aes256-sha384-modp4096",
          "aes256-sha512-modp6144",
          "aes256-sha512-modp8192",
          "aes128-sha1-curve25519",
          "aes128-aesxcbc-curve25519",
          "aes128-aescmac-curve25519");

  private static final List<String> ESP_SUITES =
      List.of(
          "aes128gcm16",
          "aes256gcm16",
          "aes192gcm12",
          "aes128gcm8",
          "chacha20poly1305",
          "aes128ccm16",
          "aes256ccm12",
          "aes128ccm8",
          "aes128ctr-sha256",
          "null-sha256",
          "aes128-sha1",
          "aes128-sha256",
          "aes192-sha256",
          "aes256-sha384",
          "aes256-sha512",
          "aes128-aesxcbc",
          "aes128-aescmac");

  private Scenarios() {}

  /** The kind of key of each certificate scenario, by its name. */
  static Map<String, Kind> keys() {
    Map<String, Kind> keys = new TreeMap<>();
    SIGNING.forEach((name, signing) -> keys.put(name, signing.kind()));
    return keys;
  }

  /** Each way to authenticate. */
  static List<Scenario> authentications() {
    List<Scenario> all = new ArrayList<>();
    all.add(Scenario.psk("psk").logs("with pre-shared key successful"));
    SIGNING.forEach(
        (name, signing) ->
            all.add(
                Scenario.certificate(name, "gateway-" + name, name, signing.method())
                    .logs("(myself) with " + signing.logged() + " successful")));
    all.add(
        Scenario.certificate("chain", "gateway-chain", "chain", "pubkey")
            .sending("sub-client")
            .logs("sending issuer cert", "received issuer cert"));
    all.add(
        Scenario.certificate("long", "gateway-long", "long", "pubkey")
            .sending("long-1", "long-2")
            .logs("splitting IKE message", "received fragment #4"));
    return all;
  }

  /** Each suite that strongSwan's userspace ESP has, too: AES-GMAC and ESN it has not. */
  static List<Scenario> suites() {
    Stream<Scenario> ike =
        IKE_SUITES.stream().map(each -> Scenario.psk("ike-" + each).suites(each, Scenario.ESP));
    Stream<Scenario> esp =
        ESP_SUITES.stream().map(each -> Scenario.psk("esp-" + each).suites(Scenario.IKE, each));
    return Stream.concat(ike, esp).toList();
  }

  /** All of these may be up at once, from one client. */
  static List<Scenario> together() {
    List<Scenario> all = new ArrayList<>(authentications());
    all.addAll(suites());
    all.addAll(rekeyed());
    all.add(
        Scenario.psk("invalid-ke")
            .client("proposals = aes256gcm16-prfsha256-ecp384-curve25519")
            .suites(Scenario.IKE, Scenario.ESP)
            .logs("peer didn't accept DH group ECP_384, it requested CURVE_25519"));
    all.add(Scenario.psk("childless").client("childless = force").logs("CHDLESS_SUP"));
    all.add(
        Scenario.psk("inner-ipv6")
            .way(new Scenario.Way(MatrixLab.GATEWAY, "six", "::", MatrixLab.SERVER6)));
    return all;
  }

  /** For rekeys: with and without a key exchange of the Child SA's own. */
  static List<Scenario> rekeyed() {
    return List.of(
        Scenario.psk("rekey-plain").suites(Scenario.IKE, "aes128gcm16"),
        Scenario.psk("rekey-x25519").suites(Scenario.IKE, "aes128gcm16-curve25519"),
        Scenario.psk("rekey-ecp256").suites("aes128gcm16-prfsha256-ecp256", "aes256gcm16-ecp256"),
        Scenario.psk("rekey-modp2048").suites("aes128-sha256-modp2048", "aes128-sha256-modp2048"));
  }

  /**
   * Whose authentication ends (RFC 4478), for the shortest time that can be configured; and one
   * that authenticates anew of its own accord.
   */
  static List<Scenario> reauthenticated() {
    return List.of(
        Scenario.psk("reauth")
            .gateway("reauth: 1m")
            .client("over_time = 20s")
            .logs("received AUTH_LIFETIME of 60s, scheduling reauthentication in"),
        Scenario.psk("reauth-by-client"));
  }

  /** Two hosts behind one NAT, each on its own machine. */
  static List<Scenario> near() {
    Scenario.Way way = new Scenario.Way(MatrixLab.GATEWAY, "near", "0.0.0.0", Lab.SERVER);
    return List.of(Scenario.psk("near1").way(way), Scenario.psk("near2").way(way));
  }

  /** IKE and ESP over IPv6. */
  static Scenario overIpv6() {
    return Scenario.psk("over-ipv6")
        .way(new Scenario.Way(MatrixLab.GATEWAY6, "over-six", "0.0.0.0", Lab.SERVER));
  }

  /** The client probes the gateway. */
  static Scenario probing() {
    return Scenario.psk("probing").client("dpd_delay = 1s").gateway("dpd: never");
  }

  /** The gateway probes the client. */
  static Scenario probed() {
    return Scenario.psk("probed").client("dpd_delay = 0").gateway("dpd: 1s");
  }

  /** Crashes and returns; what another member has of it goes by that one's probes. */
  static Scenario crashing() {
    return Scenario.psk("crashing").gateway("dpd: 2s");
  }

  /** Moves between two addresses of its own (RFC 4555). */
  static Scenario moving() {
    return Scenario.psk("moving").client("mobike = yes").logs("MOBIKE_SUP");
  }

  static Scenario cookie() {
    return Scenario.psk("cookie").logs("COOKIE");
  }

  /** Each with a client or a way of its own. */
  static List<Scenario> alone() {
    List<Scenario> all = new ArrayList<>(near());
    all.addAll(reauthenticated());
    all.addAll(List.of(overIpv6(), probing(), probed(), crashing(), moving(), cookie()));
    return all;
  }

  /** All of the above, for the gateway's configuration. */
  static List<Scenario> all() {
    return Stream.concat(together().stream(), alone().stream()).toList();
  }
}
