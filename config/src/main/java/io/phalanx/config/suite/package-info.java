/** Cryptographic suites of IKE and ESP by their IANA transform identifiers. */
@NullMarked
package io.phalanx.config.suite;

import org.jspecify.annotations.NullMarked;
