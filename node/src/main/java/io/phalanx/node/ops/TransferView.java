package io.phalanx.node.ops;

import java.util.List;

/** What has come of moving sessions to or from another cluster. */
public sealed interface TransferView {
  /**
   * @param sessions how many have left this cluster
   * @param left what has not, or was lost, and why, one line each
   * @param set the sealed set that they are in, and nowhere else
   */
  record Exported(int sessions, List<String> left, byte[] set) implements TransferView {}

  /**
   * @param sessions how many this cluster has now
   * @param left what it could not take, and why, one line each
   */
  record Imported(int sessions, List<String> left) implements TransferView {}

  /** Nothing has happened. */
  record Refused(String why) implements TransferView {}
}
