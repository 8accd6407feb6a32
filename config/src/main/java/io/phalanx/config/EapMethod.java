package io.phalanx.config;

/** Ways to authenticate by EAP that a configuration can name. */
public enum EapMethod {
  /** A password (draft-kamath-pppext-eap-mschapv2). */
  MSCHAPV2(26, false),
  /** A certificate (RFC 5216, RFC 9190). */
  TLS(13, true),
  /** Whatever the RADIUS server and the peer agree on (RFC 3579). */
  RADIUS(0, false);

  private final int type;
  private final boolean sufficient;

  EapMethod(int type, boolean sufficient) {
    this.type = type;
    this.sufficient = sufficient;
  }

  /** Its number in EAP; 0 if it has none. */
  public int type() {
    return type;
  }

  /**
   * Whether it does without another proof of who we are: it proves both sides to each other, makes
   * a key, and withstands guessing (RFC 5998 §4).
   */
  public boolean sufficient() {
    return sufficient;
  }
}
