package io.phalanx.replication.table;

import java.util.List;
import java.util.Set;

/**
 * What is wanted of a block of addresses.
 *
 * @param lessee who it is for, over sessions
 * @param replaced sessions of the lessee that this one takes the place of
 * @param from first slot that may be given out
 * @param to last slot
 * @param reserved slots that are kept for somebody
 * @param reuse whether what somebody else had may be taken
 * @param nowSeconds wall clock
 */
public record SlotWish(
    long sessionId,
    long lessee,
    Set<Long> replaced,
    int from,
    int to,
    List<Integer> reserved,
    boolean reuse,
    long nowSeconds) {
  public SlotWish {
    replaced = Set.copyOf(replaced);
    reserved = List.copyOf(reserved);
  }

  boolean covers(int index) {
    return index >= from && index <= to;
  }

  boolean allows(int index) {
    return covers(index) && !reserved.contains(index);
  }
}
