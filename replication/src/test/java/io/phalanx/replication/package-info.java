@NullMarked
package io.phalanx.replication;

import org.jspecify.annotations.NullMarked;
