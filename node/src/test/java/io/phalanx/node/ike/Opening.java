package io.phalanx.node.ike;

import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.util.Optional;

/** An exchange that one end begins. */
enum Opening {
  REKEY_CHILD,
  REKEY_IKE,
  CLONE_IKE,
  DELETE_CHILD,
  DELETE_IKE,
  NEW_CHILD,
  LIVENESS;

  /** The child that there is from the beginning, and the one that is made. */
  static final String FIRST = "net";

  static final String SECOND = "two";

  static Optional<ChildRef> child(IkeSa sa, String name) {
    return sa.children.stream().filter(each -> each.child().equals(name)).findFirst();
  }

  Optional<Task> wantedBy(IkeSa sa) {
    Optional<ChildRef> child = child(sa, FIRST);
    return switch (this) {
      case REKEY_CHILD -> child.map(each -> new Task.RekeyChild(each.inboundSpi()));
      case REKEY_IKE -> Optional.of(new Task.RekeyIke());
      case CLONE_IKE -> Optional.of(new Task.CloneIke());
      case DELETE_CHILD -> child.map(each -> new Task.DeleteChild(each.inboundSpi()));
      case DELETE_IKE -> Optional.of(new Task.DeleteIke("the test wants it closed"));
      case NEW_CHILD -> Optional.of(new Task.NewChild(SECOND));
      case LIVENESS -> Optional.of(new Task.Liveness());
    };
  }
}
