/** Measures what a cluster does in a second, with real members, store and sockets. */
@NullMarked
package io.phalanx.it.bench;

import org.jspecify.annotations.NullMarked;
