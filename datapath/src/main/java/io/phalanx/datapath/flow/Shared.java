package io.phalanx.datapath.flow;

import io.phalanx.datapath.ClearPort;
import io.phalanx.datapath.DatapathEvents;
import io.phalanx.datapath.Forwarder;
import io.phalanx.datapath.NonceSource;
import io.phalanx.datapath.policy.PolicyTable;
import io.phalanx.datapath.policy.SpiTable;
import io.phalanx.datapath.udp.DatagramPorts;
import java.security.SecureRandom;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/** What all packet loops of a member use. */
record Shared(
    DatapathSettings settings,
    SpiTable<Target.Inbound> sad,
    PolicyTable<Target.Outbound> spd,
    DatagramPorts ports,
    ClearPort clearPort,
    DatapathEvents events,
    Forwarder forwarder,
    NonceSource nonces,
    IntPredicate spiCheck,
    SecureRandom random,
    LongSupplier clock) {}
