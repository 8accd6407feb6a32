@NullMarked
package io.phalanx.datapath.policy;

import org.jspecify.annotations.NullMarked;
