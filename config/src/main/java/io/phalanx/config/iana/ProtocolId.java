package io.phalanx.config.iana;

/** Security protocol identifier (RFC 7296 §3.3.1); open to codes that are not listed. */
public record ProtocolId(int code) {
  public static final ProtocolId NONE = new ProtocolId(0); // RFC 7296 §3.10
  public static final ProtocolId IKE = new ProtocolId(1); // RFC 7296 §3.3.1
  public static final ProtocolId AH = new ProtocolId(2); // RFC 7296 §3.3.1
  public static final ProtocolId ESP = new ProtocolId(3); // RFC 7296 §3.3.1
}
