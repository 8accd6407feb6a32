package io.phalanx.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority and two certificates with keys on P-256, by the JDK's keytool, as PEM files. */
final class Certificates {
  static final String GATEWAY = "gateway";
  static final String CLIENT = "client";
  private static final String AUTHORITY = "ca";
  private static final String PASSWORD = "only for a moment";

  private final Path directory;

  private Certificates(Path directory) {
    this.directory = directory;
  }

  static Certificates make(Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    Certificates made = new Certificates(directory);
    made.generate(AUTHORITY, List.of("-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign"));
    for (String name : List.of(GATEWAY, CLIENT)) {
      List<String> issued = List.of("-signer", AUTHORITY, "-ext", "san=dns:" + identity(name));
      made.generate(name, issued);
    }
    made.export();
    return made;
  }

  static String identity(String name) {
    return name + ".bench.example";
  }

  Path authority() {
    return directory.resolve(AUTHORITY + ".pem");
  }

  Path certificate(String name) {
    return directory.resolve(name + ".pem");
  }

  Path key(String name) {
    return directory.resolve(name + ".key");
  }

  private Path store() {
    return directory.resolve("certificates.p12");
  }

  private void generate(String alias, List<String> more) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store().toString(),
                "-storepass:env",
                "STORE_PASSWORD",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA"));
    command.addAll(more);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("STORE_PASSWORD", PASSWORD);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool cannot make a certificate: " + output.strip());
    }
  }

  private void export() throws IOException, GeneralSecurityException {
    char[] password = PASSWORD.toCharArray();
    KeyStore store = KeyStore.getInstance(store().toFile(), password);
    for (String name : List.of(AUTHORITY, GATEWAY, CLIENT)) {
      Certificate certificate = store.getCertificate(name);
      Files.writeString(certificate(name), pem("CERTIFICATE", certificate.getEncoded()));
      byte[] key = store.getKey(name, password).getEncoded();
      Files.writeString(key(name), pem("PRIVATE KEY", key));
    }
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(label, body, label);
  }
}
