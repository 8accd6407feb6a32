package io.phalanx.datapath.crypto;

/** NULL encryption (RFC 2410). */
enum NoConfidentiality implements Confidentiality {
  INSTANCE;

  @Override
  public void encrypt(byte[] octets, int iv, int from, int length) {}

  @Override
  public void decrypt(byte[] octets, int iv, int from, int length) {}
}
