package io.phalanx.replication;

import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.SaClusterImage;
import java.util.List;

/**
 * An output commit: the image of an IKE SA that must be in the store before a message leaves, with
 * the SA clusters that come and go with it.
 *
 * <p>The store writes created SA clusters first, then the IKE SA, then takes the removed ones away,
 * so that whatever is cut short leaves at most an SA cluster that no IKE SA names.
 *
 * @param fence the fence of the IKE SA; for a new one, the owner with epoch 1
 * @param creation whether the IKE SA is new
 * @param created new SA clusters, owned by the same owner with epoch 1
 * @param removed ids of SA clusters that end, whoever owns them; those that hang on another IKE SA
 *     by now stay
 * @param moved ids of SA clusters that hang on this IKE SA from now on, after a rekey of the one
 *     before, or whose peer has moved with it: the store notes the SPI of the IKE SA and where its
 *     ESP goes in them, whoever owns them
 */
public record Commit(
    IkeSaImage image,
    Fence fence,
    boolean creation,
    List<SaClusterImage> created,
    List<Integer> removed,
    List<Integer> moved) {}
