package io.phalanx.node.context;

import io.phalanx.replication.image.IkeSaImage.IvSpace;
import java.util.List;

/**
 * Sessions on their way from one cluster to another.
 *
 * @param format {@link #FORMAT}
 * @param version {@link #VERSION}
 * @param id 16 random octets: a set is taken once
 * @param exportedAtMillis wall clock
 * @param expiresAtMillis wall clock: it is not taken after that
 * @param exporter what the cluster calls itself
 * @param ivSpaces explicit IVs that may have been used under the keys in it
 */
public record ContextSet(
    String format,
    int version,
    byte[] id,
    long exportedAtMillis,
    long expiresAtMillis,
    String exporter,
    List<IvSpace> ivSpaces,
    List<IkeContext> ikeSas) {
  public static final String FORMAT = "ikev2-context-set";
  public static final int VERSION = 1;

  /** In the format of today. */
  public ContextSet(
      byte[] id,
      long exportedAtMillis,
      long expiresAtMillis,
      String exporter,
      List<IvSpace> ivSpaces,
      List<IkeContext> ikeSas) {
    this(FORMAT, VERSION, id, exportedAtMillis, expiresAtMillis, exporter, ivSpaces, ikeSas);
  }
}
