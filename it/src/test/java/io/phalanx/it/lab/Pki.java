package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Certificates by strongSwan's own {@code pki}. Keys are made here, as unencrypted PKCS#8, the one
 * form that both sides read.
 */
public final class Pki {
  /** Names of files: NAME.pem and NAME.key. */
  public static final String CA = "ca";

  public static final String GATEWAY = "gateway";
  public static final String CLIENT = "client";
  public static final String EXPIRED = "expired";
  public static final String ROGUE_CA = "rogue-ca";
  public static final String ROGUE = "rogue";

  private final Path directory;

  private Pki(Path directory) {
    this.directory = directory;
  }

  static Pki make(Path directory, String gatewayId, String clientId)
      throws IOException, InterruptedException {
    Pki pki = new Pki(directory);
    pki.authority(CA, "Laboratory CA");
    pki.authority(ROGUE_CA, "Laboratory CA");
    pki.issue(GATEWAY, CA, gatewayId, List.of("--lifetime", "30"));
    pki.issue(CLIENT, CA, clientId, List.of("--lifetime", "30"));
    pki.issue(ROGUE, ROGUE_CA, clientId, List.of("--lifetime", "30"));
    pki.issue(
        EXPIRED,
        CA,
        clientId,
        List.of("--not-before", "01.01.20 00:00:00", "--not-after", "01.02.20 00:00:00"));
    return pki;
  }

  public Path certificate(String name) {
    return directory.resolve(name + ".pem");
  }

  /** Where both lie, without {@code .pem} and {@code .key}. */
  public Path at(String name) {
    return directory.resolve(name);
  }

  public Path key(String name) {
    return directory.resolve(name + ".key");
  }

  /** A kind of key. */
  public enum Kind {
    RSA_2048("RSA", "2048"),
    RSA_3072("RSA", "3072"),
    ECDSA_256("EC", "secp256r1"),
    ECDSA_384("EC", "secp384r1"),
    ECDSA_521("EC", "secp521r1"),
    ED25519("Ed25519", "");

    private final String algorithm;
    private final String parameter;

    Kind(String algorithm, String parameter) {
      this.algorithm = algorithm;
      this.parameter = parameter;
    }

    private KeyPairGenerator generator() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("RSA")) {
        generator.initialize(Integer.parseInt(parameter));
      } else if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(parameter));
      }
      return generator;
    }
  }

  /** A certificate of the laboratory's authority. */
  public void issue(String name, Kind kind, String subject)
      throws IOException, InterruptedException {
    issue(name, kind, CA, subject, List.of("--lifetime", "30", "--flag", "serverAuth"));
  }

  /** A certificate of any authority that was made here, with further arguments for it. */
  public void issue(
      String name, Kind kind, String authority, String subject, List<String> arguments)
      throws IOException, InterruptedException {
    makeKey(name, kind);
    sign(name, authority, subject, arguments);
  }

  /** The authority's list of these certificates as revoked, in {@code ca.crl}. */
  public void revoke(List<String> names) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "pki",
                "--signcrl",
                "--cacert",
                certificate(CA).toString(),
                "--cakey",
                key(CA).toString(),
                "--lifetime",
                "10",
                "--outform",
                "pem"));
    for (String name : names) {
      command.addAll(List.of("--reason", "key-compromise", "--cert", certificate(name).toString()));
    }
    Files.writeString(directory.resolve("ca.crl"), Shell.must(command));
  }

  private void authority(String name, String commonName) throws IOException, InterruptedException {
    makeKey(name, Kind.ECDSA_256);
    Files.writeString(
        certificate(name),
        Shell.must(
            List.of(
                "pki",
                "--self",
                "--ca",
                "--in",
                key(name).toString(),
                "--type",
                "priv",
                "--dn",
                "O=Laboratory, CN=" + commonName,
                "--lifetime",
                "30",
                "--outform",
                "pem")));
  }

  private void issue(String name, String authority, String subject, List<String> validity)
      throws IOException, InterruptedException {
    makeKey(name, Kind.ECDSA_256);
    sign(name, authority, subject, validity);
  }

  private void sign(String name, String authority, String subject, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "pki",
                "--issue",
                "--in",
                key(name).toString(),
                "--type",
                "priv",
                "--cacert",
                certificate(authority).toString(),
                "--cakey",
                key(authority).toString(),
                "--dn",
                "O=Laboratory, CN=" + subject,
                "--san",
                subject,
                "--outform",
                "pem"));
    command.addAll(arguments);
    Files.writeString(certificate(name), Shell.must(command));
  }

  private void makeKey(String name, Kind kind) throws IOException {
    try {
      byte[] encoded = kind.generator().generateKeyPair().getPrivate().getEncoded();
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
      Files.writeString(
          key(name), "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every JDK has these keys", impossible);
    }
  }
}
