/** ESP as such: numbers, windows and ciphers. Knows nothing of sockets, loops or members. */
@NullMarked
package io.phalanx.datapath.esp;

import org.jspecify.annotations.NullMarked;
