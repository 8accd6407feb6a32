package io.phalanx.it.bench;

import picocli.CommandLine.Command;

/** {@code phalanx bench}. */
@Command(
    name = "bench",
    description = "Measure on this machine what a cluster does.",
    synopsisSubcommandLabel = "WHAT",
    mixinStandardHelpOptions = true,
    subcommands = IkeBenchCommand.class)
public final class BenchCommand {}
