/** What is done to inner packets between the clear port and ESP; pure, over the caller's arrays. */
@NullMarked
package io.phalanx.datapath.inner;

import org.jspecify.annotations.NullMarked;
