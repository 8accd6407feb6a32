/** What an operator sees of a member: the admin port, and the view that it shows. */
@NullMarked
package io.phalanx.node.ops;

import org.jspecify.annotations.NullMarked;
