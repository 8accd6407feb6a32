/** {@code phalanx demo}: a cluster, a tunnel, kill -9, and what came of it. */
@NullMarked
package io.phalanx.it.demo;

import org.jspecify.annotations.NullMarked;
