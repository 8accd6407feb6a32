/** Registries of IKEv2 parameters (IANA), open to codes that are not listed. */
@NullMarked
package io.phalanx.config.iana;

import org.jspecify.annotations.NullMarked;
