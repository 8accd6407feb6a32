package io.phalanx.node.ike;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.node.ike.wire.IkeMessage;
import io.phalanx.node.ike.wire.Payload;
import java.util.List;

/**
 * Which payloads a message must and may hold, as data. Payloads that a row does not name, status
 * notifications and vendor ids do no harm and are passed over (RFC 7296 §2.5).
 */
enum Grammar {
  /** RFC 7296 §1.2. */
  IKE_SA_INIT(
      ExchangeType.IKE_SA_INIT,
      one(Payload.SecurityAssociation.class),
      one(Payload.KeyExchange.class),
      one(Payload.Nonce.class),
      never(Payload.Authentication.class),
      never(Payload.Identification.class)),
  /**
   * RFC 7296 §1.2; without AUTH the initiator asks for EAP (§2.16), without SA and TS it wants no
   * Child SA yet (RFC 6023).
   */
  IKE_AUTH_REQUEST(
      ExchangeType.IKE_AUTH,
      between(1, 2, Payload.Identification.class),
      optional(Payload.Authentication.class),
      optional(Payload.SecurityAssociation.class),
      between(0, 2, Payload.TrafficSelectors.class),
      optional(Payload.Configuration.class)),
  /** RFC 7296 §2.16, after the first round: an EAP message, or AUTH once EAP has succeeded. */
  EAP_REQUEST(
      ExchangeType.IKE_AUTH,
      optional(Payload.Eap.class),
      optional(Payload.Authentication.class),
      never(Payload.Identification.class),
      never(Payload.SecurityAssociation.class)),
  /** RFC 7296 §1.2; the part of the Child SA is missing where it failed. */
  IKE_AUTH_RESPONSE(
      ExchangeType.IKE_AUTH,
      one(Payload.Identification.class),
      one(Payload.Authentication.class),
      optional(Payload.SecurityAssociation.class),
      between(0, 2, Payload.TrafficSelectors.class),
      optional(Payload.Configuration.class)),
  /** RFC 7296 §1.3.1 and §1.3.3, both ways. */
  CREATE_CHILD(
      ExchangeType.CREATE_CHILD_SA,
      one(Payload.SecurityAssociation.class),
      one(Payload.Nonce.class),
      optional(Payload.KeyExchange.class),
      between(2, 2, Payload.TrafficSelectors.class)),
  /** RFC 7296 §1.3.2, both ways. */
  REKEY_IKE(
      ExchangeType.CREATE_CHILD_SA,
      one(Payload.SecurityAssociation.class),
      one(Payload.Nonce.class),
      one(Payload.KeyExchange.class),
      never(Payload.TrafficSelectors.class)),
  /** RFC 7296 §1.4. */
  INFORMATIONAL(
      ExchangeType.INFORMATIONAL,
      never(Payload.SecurityAssociation.class),
      never(Payload.KeyExchange.class));

  /** How many payloads of a kind there are. */
  private record Rule(Class<? extends Payload> kind, int min, int max) {}

  @SuppressWarnings("ImmutableEnumChecker") // a record of an int
  private final ExchangeType exchange;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<Rule> rules;

  Grammar(ExchangeType exchange, Rule... rules) {
    this.exchange = exchange;
    this.rules = List.of(rules);
  }

  /** Whether the message is one of this kind. */
  boolean allows(IkeMessage message) {
    return message.header().exchange().equals(exchange)
        && rules.stream()
            .allMatch(
                rule -> {
                  long count = message.all(rule.kind()).count();
                  return count >= rule.min() && count <= rule.max();
                });
  }

  private static Rule one(Class<? extends Payload> kind) {
    return new Rule(kind, 1, 1);
  }

  private static Rule optional(Class<? extends Payload> kind) {
    return new Rule(kind, 0, 1);
  }

  private static Rule never(Class<? extends Payload> kind) {
    return new Rule(kind, 0, 0);
  }

  private static Rule between(int min, int max, Class<? extends Payload> kind) {
    return new Rule(kind, min, max);
  }
}
