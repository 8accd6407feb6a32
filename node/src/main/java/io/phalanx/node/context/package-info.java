/** Sets of sessions on their way from one cluster to another (docs/context-transfer.md). */
@NullMarked
package io.phalanx.node.context;

import org.jspecify.annotations.NullMarked;
