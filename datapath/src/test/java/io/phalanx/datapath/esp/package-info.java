@NullMarked
package io.phalanx.datapath.esp;

import org.jspecify.annotations.NullMarked;
