/**
 * The rules of the store, apart from where it keeps things: what an entry is, which changes there
 * are and when they are refused, and the ports built out of them.
 */
@NullMarked
package io.phalanx.replication.table;

import org.jspecify.annotations.NullMarked;
