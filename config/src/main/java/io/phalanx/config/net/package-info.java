/** Address prefixes and traffic selectors. */
@NullMarked
package io.phalanx.config.net;

import org.jspecify.annotations.NullMarked;
