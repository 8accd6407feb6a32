package io.phalanx.config.iana;

/** Exchange type (RFC 7296 §3.1); open to codes that are not listed. */
public record ExchangeType(int code) {
  public static final ExchangeType IKE_SA_INIT = new ExchangeType(34); // RFC 7296 §1.2
  public static final ExchangeType IKE_AUTH = new ExchangeType(35); // RFC 7296 §1.2
  public static final ExchangeType CREATE_CHILD_SA = new ExchangeType(36); // RFC 7296 §1.3
  public static final ExchangeType INFORMATIONAL = new ExchangeType(37); // RFC 7296 §1.4
}
