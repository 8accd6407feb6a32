@NullMarked
package io.phalanx.datapath.crypto;

import org.jspecify.annotations.NullMarked;
