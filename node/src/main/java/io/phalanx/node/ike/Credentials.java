package io.phalanx.node.ike;

import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;
import java.util.Map;

/**
 * Certificates of the connections that use them, by the name of the connection.
 *
 * @param own with what we sign
 * @param authorities whom peers must be certified by
 */
public record Credentials(Map<String, Credential> own, Map<String, TrustAnchors> authorities) {
  /** For connections with pre-shared keys only. */
  public static final Credentials NONE = new Credentials(Map.of(), Map.of());

  public Credentials {
    own = Map.copyOf(own);
    authorities = Map.copyOf(authorities);
  }
}
