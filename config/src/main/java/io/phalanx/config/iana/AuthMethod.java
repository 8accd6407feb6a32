package io.phalanx.config.iana;

/** Authentication method (RFC 7296 §3.8, RFC 7427 §3); open to codes that are not listed. */
public record AuthMethod(int code) {
  public static final AuthMethod RSA_SIGNATURE = new AuthMethod(1); // RFC 7296 §3.8
  public static final AuthMethod SHARED_KEY_MIC = new AuthMethod(2); // RFC 7296 §3.8
  public static final AuthMethod ECDSA_SHA256_P256 = new AuthMethod(9); // RFC 4754 §3
  public static final AuthMethod ECDSA_SHA384_P384 = new AuthMethod(10); // RFC 4754 §3
  public static final AuthMethod ECDSA_SHA512_P521 = new AuthMethod(11); // RFC 4754 §3
  public static final AuthMethod DIGITAL_SIGNATURE = new AuthMethod(14); // RFC 7427 §3
}
