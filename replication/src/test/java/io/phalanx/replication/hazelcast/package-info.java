@NullMarked
package io.phalanx.replication.hazelcast;

import org.jspecify.annotations.NullMarked;
