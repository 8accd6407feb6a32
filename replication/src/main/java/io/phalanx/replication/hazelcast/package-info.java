/**
 * The store on embedded Hazelcast: the only package that knows it. Entries are judged and changed
 * where they live, by {@link io.phalanx.replication.table.Change changes} in entry processors.
 */
@NullMarked
package io.phalanx.replication.hazelcast;

import org.jspecify.annotations.NullMarked;
