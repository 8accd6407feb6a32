/** Whether certificates were revoked: OCSP (RFC 6960) and CRLs (RFC 5280 §5). Does I/O. */
@NullMarked
package io.phalanx.node.revocation;

import org.jspecify.annotations.NullMarked;
