@NullMarked
package io.phalanx.replication.image;

import org.jspecify.annotations.NullMarked;
