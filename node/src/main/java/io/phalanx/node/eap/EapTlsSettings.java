package io.phalanx.node.eap;

import io.phalanx.node.auth.Credential;
import io.phalanx.node.auth.TrustAnchors;

/**
 * Our side of EAP-TLS.
 *
 * @param own what we show
 * @param authorities whom peers must be certified by
 * @param alone whether nothing else proves us to the peer (RFC 5998)
 */
public record EapTlsSettings(Credential own, TrustAnchors authorities, boolean alone) {}
