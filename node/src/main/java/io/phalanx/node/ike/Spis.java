package io.phalanx.node.ike;

import java.util.OptionalInt;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where SPIs come from.
 *
 * @param esp a new inbound ESP SPI; empty for the moment while none is at hand
 * @param ike a new IKE SPI, never 0
 * @param plausible whether a member of this cluster may have given out an IKE SPI
 */
public record Spis(Supplier<OptionalInt> esp, LongSupplier ike, LongPredicate plausible) {}
