@NullMarked
package io.phalanx.replication.link;

import org.jspecify.annotations.NullMarked;
