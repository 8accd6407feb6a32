@NullMarked
package io.phalanx.replication.seal;

import org.jspecify.annotations.NullMarked;
