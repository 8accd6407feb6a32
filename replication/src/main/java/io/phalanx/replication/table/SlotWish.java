package io.phalanx.replication.table;

import java.util.List;

/**
 * What is wanted of a block of addresses.
 *
 * @param lessee who it is for, over sessions
 * @param from first slot that may be given out
 * @param to last slot
 * @param reserved slots that are kept for somebody
 * @param reuse whether what somebody else had may be taken
 * @param nowSeconds wall clock
 */
public record SlotWish(
    long sessionId,
    long lessee,
    int from,
    int to,
    List<Integer> reserved,
    boolean reuse,
    long nowSeconds) {
  public SlotWish {
    reserved = List.copyOf(reserved);
  }

  boolean covers(int index) {
    return index >= from && index <= to;
  }

  boolean allows(int index) {
    return covers(index) && !reserved.contains(index);
  }
}
