package io.phalanx.node.runtime;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.GatewayConfig.Certificate;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;
import io.phalanx.node.ike.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the certificates and keys that a configuration names. */
final class CredentialFiles {
  private CredentialFiles() {}

  /**
   * Reads the files that the configuration names; once, at the start of a member.
   *
   * @throws IOException if one cannot be read
   * @throws IllegalArgumentException if one holds nothing usable; tells why, and no secret
   */
  static Credentials read(GatewayConfig config) throws IOException {
    Map<String, Credential> own = new HashMap<>();
    Map<String, TrustAnchors> authorities = new HashMap<>();
    for (Connection connection : config.connections()) {
      if (connection.local().authentication() instanceof Certificate(var chain, var key, _, _)
          && chain.isPresent()
          && key.isPresent()) {
        own.put(
            connection.name(),
            Credential.ofPem(Files.readString(chain.get()), Files.readString(key.get())));
      }
      List<Path> trusted = trusted(connection.remote().authentication());
      if (!trusted.isEmpty()) {
        List<String> pems = new ArrayList<>();
        for (Path path : trusted) {
          pems.add(Files.readString(path));
        }
        authorities.put(connection.name(), TrustAnchors.ofPem(pems));
      }
    }
    return new Credentials(own, authorities);
  }

  private static List<Path> trusted(GatewayConfig.Authentication authentication) {
    return switch (authentication) {
      case GatewayConfig.Psk() -> List.of();
      case Certificate certificate -> certificate.authorities();
      case GatewayConfig.Eap eap -> eap.authorities();
    };
  }
}
