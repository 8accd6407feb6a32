/** Judging what was seen on the wire: captures, uniqueness of numbers and IVs, losses and gaps. */
@NullMarked
package io.phalanx.it.analysis;

import org.jspecify.annotations.NullMarked;
