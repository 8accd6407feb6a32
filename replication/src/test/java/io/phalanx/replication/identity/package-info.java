@NullMarked
package io.phalanx.replication.identity;

import org.jspecify.annotations.NullMarked;
