/** The system calls of Linux that Java and Netty do not offer. */
@NullMarked
package io.phalanx.datapath.linux;

import org.jspecify.annotations.NullMarked;
