/** Interoperability with strongSwan, in network namespaces. */
@NullMarked
package io.phalanx.it.interop;

import org.jspecify.annotations.NullMarked;
