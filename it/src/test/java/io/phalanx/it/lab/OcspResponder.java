package io.phalanx.it.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** OpenSSL's OCSP responder, in the protected network, for certificates of the laboratory. */
public final class OcspResponder {
  /** What certificates name. */
  public static final String PLACE = "http://" + Lab.SERVER + ":2560/";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private OcspResponder() {}

  /** Starts it; it ends with the laboratory. */
  public static void start(Lab lab, List<String> good, List<String> revoked)
      throws IOException, InterruptedException {
    StringBuilder index = new StringBuilder();
    for (String name : good) {
      index.append(line(lab.pki().certificate(name), "V", ""));
    }
    for (String name : revoked) {
      index.append(line(lab.pki().certificate(name), "R", "250101000000Z,keyCompromise"));
    }
    Path file = Files.writeString(lab.file("index.txt"), index);
    Background responder =
        lab.background(
            "lan",
            "ocsp",
            "openssl",
            "ocsp",
            "-port",
            "2560",
            "-index",
            file.toString(),
            "-CA",
            lab.pki().certificate(Pki.CA).toString(),
            "-rsigner",
            lab.pki().certificate(Pki.CA).toString(),
            "-rkey",
            lab.pki().key(Pki.CA).toString(),
            "-nmin",
            "60");
    Waiting.until(
        "the OCSP responder waits", 20, () -> responder.output().contains("waiting for OCSP"));
  }

  /** A line of the index of {@code openssl ca}: state, end, revocation, serial, file, subject. */
  private static String line(Path certificate, String state, String revocation) throws IOException {
    try (InputStream pem = Files.newInputStream(certificate)) {
      X509Certificate parsed =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
      String serial = parsed.getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
      return "%s\t%s\t%s\t%s\tunknown\t/CN=%s\n"
          .formatted(
              state,
              TIME.format(parsed.getNotAfter().toInstant()),
              revocation,
              serial.length() % 2 == 0 ? serial : "0" + serial,
              certificate.getFileName());
    } catch (GeneralSecurityException unreadable) {
      throw new IOException("not a certificate: " + certificate, unreadable);
    }
  }
}
