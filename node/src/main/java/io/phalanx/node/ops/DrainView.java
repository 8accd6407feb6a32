package io.phalanx.node.ops;

/**
 * How far a member is with leaving.
 *
 * @param sessions IKE SAs that are here still
 * @param saClusters SA clusters that are here still
 */
public record DrainView(State state, int sessions, int saClusters) {
  public enum State {
    /** Nobody has asked it to leave. */
    SERVING,
    /** Not ready any more; the balancer is given time to notice. */
    WAITING,
    /** What is here goes to other members. */
    MOVING,
    /** Nothing is left: the process may end. */
    DRAINED
  }
}
