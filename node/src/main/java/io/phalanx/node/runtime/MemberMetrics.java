package io.phalanx.node.runtime;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.phalanx.datapath.Datapath;
import io.phalanx.datapath.DatapathCounters;
import io.phalanx.replication.Membership;
import io.phalanx.replication.hazelcast.HazelcastCluster;
import java.util.function.ToDoubleFunction;

/** What a member tells of itself to Prometheus; all names begin with {@code phalanx_}. */
final class MemberMetrics {
  private final MeterRegistry registry;

  MemberMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void bind(
      Datapath datapath,
      ControlThread control,
      Membership membership,
      SaDirectory directory,
      IkeService ike,
      Following following,
      Sweeper sweeper,
      Janitor janitor,
      Reunion reunion,
      HazelcastCluster cluster) {
    esp(datapath, "packets", "in", DatapathCounters::inPackets);
    esp(datapath, "packets", "out", DatapathCounters::outPackets);
    esp(datapath, "bytes", "in", DatapathCounters::inBytes);
    esp(datapath, "bytes", "out", DatapathCounters::outBytes);
    dropped(datapath, "replayed", DatapathCounters::replayed);
    dropped(datapath, "not-authentic", DatapathCounters::notAuthentic);
    dropped(datapath, "malformed", DatapathCounters::malformed);
    dropped(datapath, "spi-forged", DatapathCounters::spiForged);
    dropped(datapath, "selector-mismatch", DatapathCounters::selectorMismatch);
    dropped(datapath, "no-sa", DatapathCounters::noSa);
    dropped(datapath, "queue-full", DatapathCounters::queueFull);
    dropped(datapath, "fragment-mismatch", DatapathCounters::fragmentMismatch);
    dropped(datapath, "congestion", DatapathCounters::congestion);
    dropped(datapath, "dummy", DatapathCounters::dummies);
    dropped(datapath, "too-big", DatapathCounters::tooBig);
    dropped(datapath, "untransportable", DatapathCounters::untransportable);
    counter(
        "phalanx.forwarded.packets",
        "packets handed to the owner of their SA",
        datapath,
        path -> path.counters().forwarded());
    counter(
        "phalanx.fragmented.packets",
        "clear packets cut to fit the path to the peer",
        datapath,
        path -> path.counters().fragmented());
    counter(
        "phalanx.control.dropped",
        "packets that the control loop had no room for",
        control,
        ControlThread::packetsDropped);
    counter(
        "phalanx.control.faults",
        "faults of this program that were caught; a bug if not 0",
        control,
        ControlThread::faults);
    counter("phalanx.claims.sa", "SA clusters claimed for traffic", directory, SaDirectory::claims);
    counter("phalanx.claims.ike", "IKE SAs claimed for messages", ike, IkeService::claims);
    counter(
        "phalanx.followed",
        "SA clusters handed to where their packets arrive",
        following,
        Following::moved);
    counter("phalanx.claims.swept", "images claimed by sweeping", sweeper, Sweeper::swept);
    counter(
        "phalanx.orphans.collected",
        "addresses and SAs given back that nobody had any more",
        janitor,
        Janitor::collected);
    counter(
        "phalanx.reunions",
        "times that the store has met another half of the cluster",
        reunion,
        Reunion::reunions);
    gauge("phalanx.store.members", "members in the store", cluster, HazelcastCluster::members);
    gauge(
        "phalanx.store.majority",
        "1 if enough members are in the store for changes, else 0",
        cluster,
        store -> store.hasQuorum() ? 1 : 0);
    gauge(
        "phalanx.control.queue",
        "tasks that wait for the control loop",
        control,
        ControlThread::queued);
    gauge("phalanx.sa.carried", "SA clusters carried by this member", directory, SaDirectory::size);
    gauge("phalanx.ike.carried", "IKE SAs owned by this member", ike, IkeService::size);
    gauge(
        "phalanx.ike.halfopen",
        "IKE SAs that are not authenticated yet",
        ike,
        IkeService::halfOpen);
    gauge(
        "phalanx.members.living",
        "members that this one hears, itself included",
        membership,
        members -> members.living().size());
  }

  private void esp(
      Datapath datapath, String what, String direction, ToDoubleFunction<DatapathCounters> value) {
    FunctionCounter.builder("phalanx.esp." + what, datapath, p -> value.applyAsDouble(p.counters()))
        .tag("direction", direction)
        .description("ESP that was accepted or sent")
        .register(registry);
  }

  private void dropped(Datapath datapath, String reason, ToDoubleFunction<DatapathCounters> value) {
    FunctionCounter.builder(
            "phalanx.dropped.packets", datapath, p -> value.applyAsDouble(p.counters()))
        .tag("reason", reason)
        .description("packets that the packet path has refused")
        .register(registry);
  }

  private <T> void counter(String name, String description, T of, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, of, value).description(description).register(registry);
  }

  private <T> void gauge(String name, String description, T of, ToDoubleFunction<T> value) {
    Gauge.builder(name, of, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }
}
