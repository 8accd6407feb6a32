package io.phalanx.datapath.flow;

/** Where packets of an SA go. */
sealed interface Target {
  /** By inbound SPI. */
  sealed interface Inbound extends Target permits SubSa, Elsewhere, Nowhere {}

  /** By inner header. */
  sealed interface Outbound extends Target permits SaCluster, Elsewhere, Nowhere {}

  /** To another member. Not a record: each route has its own, compared by identity. */
  final class Elsewhere implements Inbound, Outbound {
    private final int saId;
    private final int member;

    Elsewhere(int saId, int member) {
      this.saId = saId;
      this.member = member;
    }

    int saId() {
      return saId;
    }

    int member() {
      return member;
    }
  }

  /** Not known. */
  enum Nowhere implements Inbound, Outbound {
    NOWHERE
  }
}
