/** Data of other projects, for tests, where they are present. */
@NullMarked
package io.phalanx.node.vectors;

import org.jspecify.annotations.NullMarked;
