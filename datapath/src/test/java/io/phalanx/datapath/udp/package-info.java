@NullMarked
package io.phalanx.datapath.udp;

import org.jspecify.annotations.NullMarked;
