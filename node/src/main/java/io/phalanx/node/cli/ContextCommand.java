package io.phalanx.node.cli;

import picocli.CommandLine.Command;

@Command(
    name = "context",
    description = "Move sessions between clusters; their peers notice nothing.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {ContextKeyCommand.class, ContextExportCommand.class, ContextImportCommand.class})
final class ContextCommand {}
