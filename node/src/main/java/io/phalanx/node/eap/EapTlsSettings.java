package io.phalanx.node.eap;

import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;

/**
 * Our side of EAP-TLS.
 *
 * @param own what we show
 * @param authorities whom peers must be certified by
 */
public record EapTlsSettings(Credential own, TrustAnchors authorities) {}
