@NullMarked
package io.phalanx.datapath.inner;

import org.jspecify.annotations.NullMarked;
