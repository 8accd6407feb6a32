package io.phalanx.it.interop;

import io.phalanx.it.lab.Lab;
import java.util.ArrayList;
import java.util.List;

/**
 * One way in which a client may connect: how strongSwan is set up for it and how the gateway is.
 *
 * @param name of the connection on both sides, and the beginning of the client's identity
 * @param ike proposals for the IKE SA, the same on both sides, in strongSwan's notation
 * @param esp likewise for the Child SA
 * @param logged what must stand in the client's log once it is connected
 */
record Scenario(
    String name,
    Gateway gateway,
    Client client,
    String ike,
    String esp,
    Way way,
    List<String> logged) {
  static final String IKE = "aes256gcm16-prfsha256-curve25519";
  static final String ESP = "aes128gcm16";
  private static final Way ROAD = new Way(Lab.GATEWAY, "road", "0.0.0.0", Lab.SERVER);

  /**
   * The connection of the gateway.
   *
   * @param local of its {@code local}, beside its identity; in YAML's flow style
   * @param remote of its {@code remote}, likewise
   * @param more further lines
   */
  record Gateway(String local, String remote, String more) {}

  /**
   * The connection of the client.
   *
   * @param local lines of its {@code local}
   * @param remote lines of its {@code remote}
   * @param more further lines
   * @param certificates by name: its own, and authorities that it sends along
   */
  record Client(String local, String remote, String more, List<String> certificates) {}

  /**
   * @param gateway where the client connects to
   * @param pool of the gateway, for the client's addresses
   * @param addresses which ones it asks for
   * @param server what it pings through the tunnel
   */
  record Way(String gateway, String pool, String addresses, String server) {}

  /** With a pre-shared key. */
  static Scenario psk(String name) {
    return new Scenario(
        name,
        new Gateway("auth: psk", "auth: psk", ""),
        new Client("auth = psk", "auth = psk", "", List.of()),
        IKE,
        ESP,
        ROAD,
        List.of());
  }

  /** Both sides with a certificate, of the laboratory's authority; see {@link MatrixLab}. */
  static Scenario certificate(String name, String gateway, String client, String method) {
    return psk(name)
        .by(
            new Gateway(
                "auth: certificate, certificate: \"@%s.pem\", key: \"@%s.key\""
                    .formatted(gateway, gateway),
                "auth: certificate, authorities: [\"@ca.pem\"]",
                ""),
            new Client(
                "auth = " + method + "\n certs = " + client + ".pem",
                "auth = pubkey",
                "",
                List.of(client)));
  }

  String identity() {
    return name + "@lab.example";
  }

  Scenario by(Gateway gateway, Client client) {
    return new Scenario(name, gateway, client, ike, esp, way, logged);
  }

  /** Further lines for the client. */
  Scenario client(String more) {
    return by(
        gateway,
        new Client(
            client.local(), client.remote(), client.more() + "\n" + more, client.certificates()));
  }

  /** Further lines for the gateway. */
  Scenario gateway(String more) {
    return by(
        new Gateway(gateway.local(), gateway.remote(), gateway.more() + "\n    " + more), client);
  }

  /** Certificates that the client has beside its own. */
  Scenario sending(String... certificates) {
    List<String> all = new ArrayList<>(client.certificates());
    all.addAll(List.of(certificates));
    return by(gateway, new Client(client.local(), client.remote(), client.more(), all));
  }

  Scenario suites(String ike, String esp) {
    return new Scenario(name, gateway, client, ike, esp, way, logged);
  }

  Scenario way(Way way) {
    return new Scenario(name, gateway, client, ike, esp, way, logged);
  }

  Scenario logs(String... lines) {
    return new Scenario(name, gateway, client, ike, esp, way, List.of(lines));
  }
}
