/** Commands for trying the cluster out. */
@NullMarked
package io.phalanx.it;

import org.jspecify.annotations.NullMarked;
