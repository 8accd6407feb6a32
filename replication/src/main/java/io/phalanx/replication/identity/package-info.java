/** Numbers that no two members, and no two lives of one member, may ever give out twice. */
@NullMarked
package io.phalanx.replication.identity;

import org.jspecify.annotations.NullMarked;
