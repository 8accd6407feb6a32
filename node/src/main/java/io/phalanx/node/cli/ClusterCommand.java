package io.phalanx.node.cli;

import picocli.CommandLine.Command;

@Command(
    name = "cluster",
    description = "Make what members of a cluster share.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {ClusterInitCommand.class, ClusterRenewCommand.class, ClusterRotateCommand.class})
final class ClusterCommand {}
