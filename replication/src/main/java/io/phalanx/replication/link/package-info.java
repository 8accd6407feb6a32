/** The certificates by which members of a cluster know each other, made and judged. */
@NullMarked
package io.phalanx.replication.link;

import org.jspecify.annotations.NullMarked;
