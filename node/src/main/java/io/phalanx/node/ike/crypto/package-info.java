/** Key material of IKEv2: PRF, key exchange, derivation of keys, stateless cookies. */
@NullMarked
package io.phalanx.node.ike.crypto;

import org.jspecify.annotations.NullMarked;
