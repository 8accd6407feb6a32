@NullMarked
package io.phalanx.datapath.flow;

import org.jspecify.annotations.NullMarked;
