package io.phalanx.it.balancer;

/** The two UDP ports of IKEv2 (RFC 7296 §2.23): plain, and shared with ESP. */
public enum Port {
  IKE,
  NAT
}
