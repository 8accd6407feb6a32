package io.phalanx.it.bench;

import java.util.Locale;

/** How the two ends of the measured IKE SAs prove who they are. */
enum Authentication {
  PSK,
  /** ECDSA with P-256, both ends, certificates under one authority. */
  ECDSA;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
