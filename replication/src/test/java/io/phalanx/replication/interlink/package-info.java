@NullMarked
package io.phalanx.replication.interlink;

import org.jspecify.annotations.NullMarked;
