package io.phalanx.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Configurations that are right, for tests to load and to spoil. */
final class Example {
  /** Every key that must be there, and no other. */
  static final String MINIMAL =
      """
      member: {id: 1, state-dir: state}
      listen: {addresses: [127.0.0.1]}
      clear:
        datagrams: {bind: 127.0.0.1:9001, peer: 127.0.0.1:9000}
      cluster:
        name: demo
        keys: [{id: 1, secret: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f}]
        members:
          - {id: 1, interlink: 127.0.0.1:4601, store: 127.0.0.1:5701}
      connections:
        - name: rw
          local: {id: gw.lab.test, auth: psk}
          remote: {auth: psk}
          children:
            - name: net
              local: [10.50.0.0/24]
      preshared-keys:
        - {secret: "correct horse battery staple"}
      """;

  private Example() {}

  /** The example that is shipped. */
  static String shipped() {
    try (InputStream in =
        Objects.requireNonNull(ConfigLoader.class.getResourceAsStream("example.yaml"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file that lies beside these tests. */
  static void copy(String file, Path directory) throws IOException {
    try (InputStream in = Objects.requireNonNull(Example.class.getResourceAsStream(file))) {
      Files.copy(in, directory.resolve(file));
    }
  }

  /** The example as phalanx.yaml, with the files that it names. */
  static void writeInto(Path directory) throws IOException {
    Files.writeString(directory.resolve("phalanx.yaml"), shipped());
    Files.writeString(directory.resolve("cluster.keys"), "seal 1 " + "00".repeat(32) + "\n");
    for (String file : List.of("cluster-ca.pem", "member-1.pem", "member-1.key")) {
      copy(file, directory);
    }
    Files.writeString(directory.resolve("branch.psk"), "correct horse battery staple\n");
    Files.writeString(directory.resolve("alice.pw"), "a password of some length\n");
    Files.writeString(directory.resolve("radius.secret"), "correct horse battery staple\n");
    Files.writeString(directory.resolve("gw.pem"), "-----BEGIN CERTIFICATE-----\n");
    Files.writeString(directory.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n");
    Files.writeString(directory.resolve("gw.key"), "-----BEGIN PRIVATE KEY-----\n");
  }
}
