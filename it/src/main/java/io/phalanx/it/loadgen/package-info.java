/** Thousands of peers in one process: they connect, send ESP, and keep the book of it. */
@NullMarked
package io.phalanx.it.loadgen;

import org.jspecify.annotations.NullMarked;
