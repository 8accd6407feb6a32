@NullMarked
package io.phalanx.replication.memory;

import org.jspecify.annotations.NullMarked;
