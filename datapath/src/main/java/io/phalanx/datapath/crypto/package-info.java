/** Ciphers and message authentication codes under one key, which ESP and IKE are built of. */
@NullMarked
package io.phalanx.datapath.crypto;

import org.jspecify.annotations.NullMarked;
