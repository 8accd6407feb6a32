package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.node.ike.wire.Configurations;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import io.phalanx.node.ike.wire.Payload.Attribute;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Answers to configuration payloads (RFC 7296 §2.19 and §3.15): of what the peer asks for, what we
 * have. A value that it proposes is a hint, and not followed; an address it has had it gets again
 * anyway.
 */
final class ConfigurationReply {
  /** What is told of us (RFC 7296 §2.20); a version would help those that look for old ones. */
  private static final String PRODUCT = "Phalanx";

  private static final int HOST_BITS = 32;

  private static final List<Integer> SUPPORTED =
      List.of(
          Configurations.INTERNAL_IP4_ADDRESS,
          Configurations.INTERNAL_IP4_NETMASK,
          Configurations.INTERNAL_IP4_DNS,
          Configurations.APPLICATION_VERSION,
          Configurations.INTERNAL_IP6_ADDRESS,
          Configurations.INTERNAL_IP6_DNS,
          Configurations.INTERNAL_IP4_SUBNET,
          Configurations.SUPPORTED_ATTRIBUTES,
          Configurations.INTERNAL_IP6_SUBNET,
          Configurations.INTERNAL_DNS_DOMAIN);

  private ConfigurationReply() {}

  /**
   * The answer to a request; empty if there is none, or nothing to answer.
   *
   * @param pool whose name servers and networks are told
   * @param leased the peer's addresses
   */
  static Optional<Payload> to(IkeMessage message, Optional<Pool> pool, List<InetAddress> leased) {
    Set<Integer> asked =
        payloads(message, Configurations.REQUEST).stream()
            .flatMap(each -> each.attributes().stream())
            .map(Attribute::type)
            .collect(Collectors.toSet());
    List<Attribute> answer = new ArrayList<>();
    leased.forEach(each -> answer.add(Configurations.internalAddress(each)));
    if (asked.contains(Configurations.INTERNAL_IP4_NETMASK)
        && leased.stream().anyMatch(each -> each.getAddress().length == 4)) {
      // A mask would say that others are on the same link (RFC 7296 §3.15.1), and nobody is.
      answer.add(Configurations.netmask(HOST_BITS));
    }
    List<Attribute> servers = told(pool, Pool::dns, Configurations::dns, asked);
    answer.addAll(servers);
    if (!servers.isEmpty()) {
      answer.addAll(told(pool, Pool::domains, ConfigurationReply::domain, asked));
    }
    answer.addAll(told(pool, Pool::subnets, Configurations::subnet, asked));
    if (asked.contains(Configurations.APPLICATION_VERSION)) {
      answer.add(Configurations.text(Configurations.APPLICATION_VERSION, PRODUCT));
    }
    if (asked.contains(Configurations.SUPPORTED_ATTRIBUTES)) {
      answer.add(Configurations.supported(SUPPORTED));
    }
    return answer.isEmpty()
        ? Optional.empty()
        : Optional.of(new Payload.Configuration(Configurations.REPLY, answer));
  }

  /**
   * The answer to a request or a setting in an INFORMATIONAL exchange. Nothing is set: an
   * acknowledgement without attributes says so (RFC 7296 §3.15).
   */
  static List<Payload> informational(IkeMessage message) {
    List<Payload> answers = new ArrayList<>();
    to(message, Optional.empty(), List.of()).ifPresent(answers::add);
    if (!payloads(message, Configurations.SET).isEmpty()) {
      answers.add(new Payload.Configuration(Configurations.ACK, List.of()));
    }
    return answers;
  }

  private static List<Payload.Configuration> payloads(IkeMessage message, int type) {
    return message.all(Payload.Configuration.class).filter(each -> each.type() == type).toList();
  }

  private static <T> List<Attribute> told(
      Optional<Pool> pool,
      Function<Pool, List<T>> values,
      Function<T, Attribute> attribute,
      Set<Integer> asked) {
    return pool.map(values).orElse(List.of()).stream()
        .map(attribute)
        .filter(each -> asked.contains(each.type()))
        .toList();
  }

  private static Attribute domain(String name) {
    return Configurations.text(Configurations.INTERNAL_DNS_DOMAIN, name);
  }

  /** Whether the peer asks for a configuration at all. */
  static boolean asked(IkeMessage message) {
    return !payloads(message, Configurations.REQUEST).isEmpty();
  }

  /**
   * Families of the addresses that the peer asks for and that the pool has.
   *
   * @param granted addresses that are for the peer in any case
   */
  static List<Integer> families(
      IkeMessage message, Optional<Pool> pool, List<InetAddress> granted) {
    List<InetAddress> some = new ArrayList<>(granted);
    pool.ifPresent(each -> each.addresses().forEach(prefix -> some.add(prefix.address())));
    return payloads(message, Configurations.REQUEST).stream()
        .flatMap(each -> each.attributes().stream())
        .map(Configurations::addressFamily)
        .filter(family -> family != 0)
        .distinct()
        .filter(family -> some.stream().anyMatch(each -> isOf(each, family)))
        .toList();
  }

  private static boolean isOf(InetAddress address, int family) {
    return address.getAddress().length == (family == 4 ? 4 : 16);
  }
}
