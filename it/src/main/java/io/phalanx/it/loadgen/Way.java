package io.phalanx.it.loadgen;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** How datagrams get from a peer to the gateway and back. Called on the generator's thread. */
public interface Way {
  /** Where to send what is for a port of the gateway; empty if nowhere now. */
  Optional<InetSocketAddress> to(InetAddress peer, boolean natPort);

  /** Which port of the gateway a datagram comes from: true for the NAT port; empty for none. */
  Optional<Boolean> from(InetSocketAddress sender);

  /** To the gateway itself, or a balancer. */
  static Way direct(LoadPlan plan) {
    InetSocketAddress ike = new InetSocketAddress(plan.gateway(), plan.ikePort());
    InetSocketAddress nat = new InetSocketAddress(plan.gateway(), plan.natPort());
    return new Way() {
      private final Optional<InetSocketAddress> toIke = Optional.of(ike);
      private final Optional<InetSocketAddress> toNat = Optional.of(nat);

      @Override
      public Optional<InetSocketAddress> to(InetAddress peer, boolean natPort) {
        return natPort ? toNat : toIke;
      }

      @Override
      public Optional<Boolean> from(InetSocketAddress sender) {
        return sender.equals(nat)
            ? Optional.of(true)
            : sender.equals(ike) ? Optional.of(false) : Optional.empty();
      }
    };
  }
}
