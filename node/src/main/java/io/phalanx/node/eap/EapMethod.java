package io.phalanx.node.eap;

/** Ways to authenticate by EAP that a configuration can name. */
public enum EapMethod {
  MSCHAPV2(EapPacket.MSCHAPV2, true),
  TLS(EapPacket.TLS, true),
  /** Whatever the RADIUS server and the peer agree on. */
  RADIUS(0, false);

  private final int type;
  private final boolean provesUs;

  EapMethod(int type, boolean provesUs) {
    this.type = type;
    this.provesUs = provesUs;
  }

  int type() {
    return type;
  }

  /** Whether it proves to the peer who we are, and makes a key (RFC 5998 §4). */
  public boolean provesUs() {
    return provesUs;
  }
}
