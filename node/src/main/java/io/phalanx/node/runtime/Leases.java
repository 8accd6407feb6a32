package io.phalanx.node.runtime;

import io.phalanx.replication.Fence;
import io.phalanx.replication.image.SaClusterImage;

/** Who extends the leases of the SA clusters that this member carries. */
interface Leases {
  /** Extends leases of this SA cluster from now on, under this fence. */
  void track(int saId, Fence fence, SaClusterImage.Limits limits);

  void forget(int saId);
}
