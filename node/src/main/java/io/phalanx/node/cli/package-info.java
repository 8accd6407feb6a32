/** The command line. */
@NullMarked
package io.phalanx.node.cli;

import org.jspecify.annotations.NullMarked;
