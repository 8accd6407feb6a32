package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one laboratory has that another has not.
 *
 * @param config the configuration of each member
 * @param network what is built beside the usual network
 * @param pools virtual addresses, for the routes back
 * @param gateway6 where a second balancer listens; empty for none
 */
public record LabPlan(
    MemberConfig config, Network network, List<ClientPool> pools, Optional<String> gateway6) {
  /** One client, IPv4, a pre-shared key and a certificate. */
  static final LabPlan SMALL =
      new LabPlan(
          LabConfig::small,
          (namespaces, pki) -> {},
          List.of(new ClientPool(Lab.CLIENTS, Lab.CLIENT)),
          Optional.empty());

  /** What the small one has, with other configurations. */
  public static LabPlan small(MemberConfig config) {
    return new LabPlan(config, SMALL.network, SMALL.pools, SMALL.gateway6);
  }

  /** IPv6, a NAT and a second way out for the client beside what the small one has. */
  public static LabPlan wide(MemberConfig config, Issuing issuing, List<ClientPool> pools) {
    return new LabPlan(
        config,
        (namespaces, pki) -> {
          WideNetwork.build(namespaces);
          issuing.issue(pki);
        },
        pools,
        Optional.of("fd99::1"));
  }

  /** With more lines in the configuration of every member, and more certificates. */
  public LabPlan and(String lines, Issuing issuing) {
    return and(_ -> lines, issuing);
  }

  /** Likewise, with lines that name files of certificates. */
  public LabPlan and(Function<Pki, String> lines, Issuing issuing) {
    return new LabPlan(
        (directory, id, pki) -> config.text(directory, id, pki) + lines.apply(pki),
        (namespaces, pki) -> {
          network.build(namespaces, pki);
          issuing.issue(pki);
        },
        pools,
        gateway6);
  }

  /** Makes further certificates. */
  @FunctionalInterface
  public interface Issuing {
    void issue(Pki pki) throws IOException, InterruptedException;
  }

  /** Writes the configuration of one member. */
  @FunctionalInterface
  public interface MemberConfig {
    String text(Path directory, int id, Pki pki) throws IOException;
  }

  /** Builds more namespaces, and makes certificates, before the members start. */
  @FunctionalInterface
  interface Network {
    void build(Namespaces namespaces, Pki pki) throws IOException, InterruptedException;
  }

  /**
   * @param addresses virtual addresses, as a prefix
   * @param client where the clients that get them come from: their packets and the way back to them
   *     then go through the same member
   */
  public record ClientPool(String addresses, String client) {}
}
