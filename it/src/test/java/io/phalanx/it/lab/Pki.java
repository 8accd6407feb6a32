package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
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

  public Path key(String name) {
    return directory.resolve(name + ".key");
  }

  private void authority(String name, String commonName) throws IOException, InterruptedException {
    makeKey(name);
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
    makeKey(name);
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
    command.addAll(validity);
    Files.writeString(certificate(name), Shell.must(command));
  }

  private void makeKey(String name) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      byte[] encoded = generator.generateKeyPair().getPrivate().getEncoded();
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
      Files.writeString(
          key(name), "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every JDK has EC keys", impossible);
    }
  }
}
