package io.phalanx.node.cli;

import picocli.CommandLine.Command;

@Command(
    name = "config",
    description = "Look at configuration files.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = ConfigCheckCommand.class)
final class ConfigCommand {}
