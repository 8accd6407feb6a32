@NullMarked
package io.phalanx.replication.table;

import org.jspecify.annotations.NullMarked;
