/** The store in memory: the same rules as the real one, answers when the caller lets them come. */
@NullMarked
package io.phalanx.replication.memory;

import org.jspecify.annotations.NullMarked;
