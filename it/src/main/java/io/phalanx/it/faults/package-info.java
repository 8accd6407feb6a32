/** A cluster under load in namespaces of its own, and what is done to it. */
@NullMarked
package io.phalanx.it.faults;

import org.jspecify.annotations.NullMarked;
