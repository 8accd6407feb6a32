package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.iana.IdType;
import io.phalanx.config.text.Parsed;
import java.util.List;
import java.util.Set;

/** Other gateways that peers may be sent to, as text: an IP address or a name (RFC 5685 §8.2). */
public final class Gateways {
  private static final int GATEWAYS_MAX = 16;
  private static final Set<IdType> TYPES = Set.of(IdType.IPV4_ADDR, IdType.IPV6_ADDR, IdType.FQDN);

  private Gateways() {}

  /** One gateway. */
  public static Parsed<Identity> parse(String text) {
    return IdentityNotation.parse(text)
        .then(
            identity ->
                TYPES.contains(identity.type())
                    ? Parsed.value(identity)
                    : Parsed.fault(
                        quote(text) + " is not where a gateway can be reached",
                        "write its IP address or its name in the DNS"));
  }

  /** The list under {@code redirect-to}; empty where there is none. */
  static List<Identity> read(Section section) {
    return section
        .optional("redirect-to")
        .map(list -> list.list(1, GATEWAYS_MAX))
        .orElse(List.of())
        .stream()
        .map(item -> item.read(Gateways::parse, Identity.fqdn("gateway.invalid")))
        .toList();
  }
}
