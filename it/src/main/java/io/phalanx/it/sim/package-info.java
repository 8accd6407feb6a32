/**
 * The simulator: a whole cluster, its store and its peers in one thread under virtual time, from a
 * seed.
 */
@NullMarked
package io.phalanx.it.sim;

import org.jspecify.annotations.NullMarked;
