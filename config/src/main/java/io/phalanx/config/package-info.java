/** Settings of a member: typed records, and the loader that reads them from YAML. */
@NullMarked
package io.phalanx.config;

import org.jspecify.annotations.NullMarked;
