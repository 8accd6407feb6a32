package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.config.GatewayConfig.RevocationPolicy;
import io.phalanx.config.text.Parsed;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what the remote side of a connection says of revocation. */
final class RevocationReader {
  /** Its keys. */
  static final List<String> KEYS = List.of("revocation", "crls", "ocsp", "follow-certificate");

  private static final int CRLS_MAX = 16;
  private static final URI MADE_UP = URI.create("http://missing");
  private static final Map<String, RevocationPolicy> POLICIES =
      Map.of(
          "off", RevocationPolicy.OFF,
          "if-available", RevocationPolicy.IF_AVAILABLE,
          "strict", RevocationPolicy.STRICT);

  private final SideFiles files;

  RevocationReader(SideFiles files) {
    this.files = files;
  }

  Revocation read(Section section) {
    RevocationPolicy policy =
        section
            .optional("revocation")
            .map(item -> item.choice(POLICIES, RevocationPolicy.OFF))
            .orElse(RevocationPolicy.OFF);
    if (policy == RevocationPolicy.OFF) {
      section.refuse("write revocation: if-available, or strict", "crls", "ocsp");
      section.refuse("write revocation: if-available, or strict", "follow-certificate");
      return Revocation.NONE;
    }
    List<URI> crls =
        section.optional("crls").stream()
            .flatMap(list -> list.list(0, CRLS_MAX).stream())
            .map(this::place)
            .toList();
    Optional<URI> ocsp =
        section.optional("ocsp").map(item -> item.read(RevocationReader::http, MADE_UP));
    boolean named = section.optional("follow-certificate").map(Item::flag).orElse(true);
    if (policy == RevocationPolicy.STRICT && !named && crls.isEmpty() && ocsp.isEmpty()) {
      section
          .required("revocation", "")
          .error("there is nobody to ask", "add crls or ocsp, or follow-certificate: true");
    }
    return new Revocation(policy, crls, ocsp, named);
  }

  /** An HTTP place, or a file that is looked at when it is needed: CRLs come and go. */
  private URI place(Item item) {
    return item.quietText().filter(text -> text.contains("://")).isPresent()
        ? item.read(RevocationReader::http, MADE_UP)
        : files.path(item).toAbsolutePath().toUri();
  }

  private static Parsed<URI> http(String text) {
    try {
      URI uri = URI.create(text);
      boolean right =
          uri.getHost() != null
              && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
      return right ? Parsed.value(uri) : notHttp(text);
    } catch (IllegalArgumentException malformed) {
      return notHttp(text);
    }
  }

  private static Parsed<URI> notHttp(String text) {
    return Parsed.fault(
        quote(text) + " is not an HTTP address", "write one such as http://pki.example.org/ca.crl");
  }
}
