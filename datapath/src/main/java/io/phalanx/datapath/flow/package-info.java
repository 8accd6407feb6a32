/** The packet path: from sockets to the clear side and back, one loop per SA cluster. */
@NullMarked
package io.phalanx.datapath.flow;

import org.jspecify.annotations.NullMarked;
