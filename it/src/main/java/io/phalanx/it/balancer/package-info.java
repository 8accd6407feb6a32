/** A small UDP balancer for the demo and the tests: source-hash, health checks, a tap. */
@NullMarked
package io.phalanx.it.balancer;

import org.jspecify.annotations.NullMarked;
