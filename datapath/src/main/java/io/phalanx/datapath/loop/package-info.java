/** The threads of the packet path. */
@NullMarked
package io.phalanx.datapath.loop;

import org.jspecify.annotations.NullMarked;
