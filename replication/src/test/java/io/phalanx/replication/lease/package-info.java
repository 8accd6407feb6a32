@NullMarked
package io.phalanx.replication.lease;

import org.jspecify.annotations.NullMarked;
