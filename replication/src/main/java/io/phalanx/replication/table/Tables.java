package io.phalanx.replication.table;

/**
 * The tables of a cluster.
 *
 * @param ikeSas IKE SAs by our SPI
 * @param saClusters SA clusters by id
 * @param routes where SA clusters are, by id
 * @param spis ids of SA clusters by the inbound SPIs of their further sub-SAs
 * @param counters incarnations, SPI blocks, and who keeps a connection up
 * @param addresses leased addresses
 */
public record Tables(
    Table<Long> ikeSas,
    Table<Integer> saClusters,
    Table<Integer> routes,
    Table<Integer> spis,
    Table<String> counters,
    Table<String> addresses) {
  public static final String IKE_SAS = "ike-sas";
  public static final String SA_CLUSTERS = "sa-clusters";
  public static final String ROUTES = "routes";
  public static final String SPIS = "spis";
  public static final String COUNTERS = "counters";
  public static final String ADDRESSES = "addresses";
}
