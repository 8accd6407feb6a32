/** The packet path: what the floors above see of it. */
@NullMarked
package io.phalanx.datapath;

import org.jspecify.annotations.NullMarked;
