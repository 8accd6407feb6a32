/** A running member: the parts put together, and who carries what. */
@NullMarked
package io.phalanx.node.runtime;

import org.jspecify.annotations.NullMarked;
