/** How single settings are written: durations, sizes, addresses, names. */
@NullMarked
package io.phalanx.config.text;

import org.jspecify.annotations.NullMarked;
