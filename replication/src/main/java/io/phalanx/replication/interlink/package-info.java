/** Sealed datagrams between members: who is alive, and packets that belong to somebody else. */
@NullMarked
package io.phalanx.replication.interlink;

import org.jspecify.annotations.NullMarked;
