package io.phalanx.config;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes PEM text (RFC 7468). Faults name what is wrong, never key octets. */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "RSASSA-PSS", "EdDSA");

  private static final int LINE = 64;

  private Pem() {}

  /**
   * All certificates, in their order.
   *
   * @throws IllegalArgumentException if there is none, or one is malformed
   */
  public static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        certificates.add(certificate(decode(block.group(2))));
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("no PEM block CERTIFICATE");
    }
    return certificates;
  }

  /**
   * The private key, in PKCS#8 without a password.
   *
   * @throws IllegalArgumentException if there is none, or it is malformed
   */
  public static PrivateKey privateKey(String text) {
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return pkcs8(decode(block.group(2)));
        }
        case "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
            throw new IllegalArgumentException(
                "a key in PEM block %s; convert it: openssl pkcs8 -topk8 -nocrypt"
                    .formatted(block.group(1)));
        default -> {
          // such as EC PARAMETERS, which openssl writes before the key
        }
      }
    }
    throw new IllegalArgumentException("no PEM block PRIVATE KEY");
  }

  /** One block with its lines, a line end at its end. */
  public static String block(String label, byte[] der) {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private static PrivateKey pkcs8(byte[] der) {
    return KEY_ALGORITHMS.stream()
        .flatMap(algorithm -> pkcs8(algorithm, der).stream())
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("a private key that is not RSA, EC or EdDSA"));
  }

  private static Optional<PrivateKey> pkcs8(String algorithm, byte[] der) {
    try {
      return Optional.of(
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der)));
    } catch (GeneralSecurityException otherAlgorithm) {
      return Optional.empty();
    }
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException malformed) {
      throw new IllegalArgumentException("a malformed certificate", malformed);
    }
  }

  private static byte[] decode(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }
}
