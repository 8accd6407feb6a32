package io.phalanx.replication.table;

import io.phalanx.replication.AddressWish;
import io.phalanx.replication.LeasedAddress;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.AddressBlocks.Block;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Leases of addresses over a table of blocks.
 *
 * <p>Each lessee begins its search at a block of its own. Blocks that ran out of addresses that
 * nobody ever had never have such ones again, so who was led past them is led past them the next
 * time, too, and finds the block with its last address.
 */
final class AddressTable {
  private static final Owner NOBODY = new Owner(0, 0);

  /**
   * Blocks looked at for an address that nobody ever had, before one that was free for long is
   * taken: 16384 addresses.
   */
  private static final int LOOK_MAX = 64;

  private final Table<String> table;

  AddressTable(Table<String> table) {
    this.table = table;
  }

  /** Where a search stands: the block whose free address is the oldest, so far. */
  private record Oldest(int step, long sinceSeconds) {
    static final Oldest NONE = new Oldest(-1, Long.MAX_VALUE);

    boolean known() {
      return step >= 0;
    }
  }

  CompletionStage<Optional<InetAddress>> lease(AddressWish wish) {
    AddressBlocks blocks = AddressBlocks.of(wish);
    return blocks.count() == 0
        ? CompletableFuture.completedStage(Optional.empty())
        : look(wish, blocks, 0, Oldest.NONE);
  }

  /** A loop where the answers are there at once, so that many blocks need no deep stack. */
  private CompletionStage<Optional<InetAddress>> look(
      AddressWish wish, AddressBlocks blocks, int first, Oldest seen) {
    Oldest oldest = seen;
    for (int step = first; step < blocks.count(); step++) {
      if (oldest.known() && step >= LOOK_MAX) {
        break;
      }
      int at = step;
      Oldest before = oldest;
      Block block = blocks.at(at);
      CompletableFuture<Answer> answer = ask(block, wish, wish.fixed().isPresent());
      if (!answer.isDone()) {
        return answer.thenCompose(
            later -> {
              Optional<Optional<InetAddress>> end = end(block, later);
              return end.isPresent()
                  ? CompletableFuture.completedStage(end.get())
                  : look(wish, blocks, at + 1, older(before, at, later));
            });
      }
      Optional<Optional<InetAddress>> end = end(block, answer.join());
      if (end.isPresent()) {
        return CompletableFuture.completedStage(end.get());
      }
      oldest = older(before, at, answer.join());
    }
    return oldest.known()
        ? reuse(wish, blocks, oldest.step(), 0)
        : CompletableFuture.completedStage(Optional.empty());
  }

  /** Takes what was free for longest; if somebody was faster, whatever is free behind it. */
  private CompletionStage<Optional<InetAddress>> reuse(
      AddressWish wish, AddressBlocks blocks, int from, int tried) {
    if (tried == blocks.count()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    Block block = blocks.at((from + tried) % blocks.count());
    return ask(block, wish, true)
        .thenCompose(
            answer ->
                end(block, answer)
                    .map(CompletableFuture::completedStage)
                    .orElseGet(() -> reuse(wish, blocks, from, tried + 1)));
  }

  private CompletableFuture<Answer> ask(Block block, AddressWish wish, boolean reuse) {
    SlotWish slot =
        new SlotWish(
            wish.sessionId(),
            wish.lessee(),
            wish.replaced(),
            block.from(),
            block.to(),
            wish.fixed().isPresent() ? List.of() : block.slotsOf(wish.reserved()),
            reuse,
            wish.nowMillis() / 1000);
    return table.submit(block.key(), new Change.Lease(slot)).toCompletableFuture();
  }

  /** What the search has come to; empty if it has to go on. */
  private static Optional<Optional<InetAddress>> end(Block block, Answer answer) {
    return switch (answer.outcome()) {
      case GONE -> Optional.empty();
      case DONE ->
          Optional.of(Change.Lease.number(answer).map(slot -> block.address(slot.intValue())));
      case FENCED, UNKNOWN -> Optional.of(Optional.empty());
    };
  }

  private static Oldest older(Oldest oldest, int step, Answer answer) {
    return Change.Lease.number(answer)
        .filter(since -> since < oldest.sinceSeconds())
        .map(since -> new Oldest(step, since))
        .orElse(oldest);
  }

  CompletionStage<Outcome> release(List<InetAddress> addresses, long sessionId, long nowMillis) {
    return Outcomes.all(
        addresses,
        address -> {
          Block block = AddressBlocks.holding(address);
          Change free = new Change.Free(block.from(), sessionId, nowMillis / 1000);
          return table.submit(block.key(), free).thenApply(Answer::outcome);
        });
  }

  /** Keys of the blocks that live on this member. */
  CompletionStage<List<String>> here() {
    return table.localKeys(NOBODY, Integer.MAX_VALUE);
  }

  /** The leases in a block; none if it is not there. */
  CompletionStage<List<LeasedAddress>> leases(String key) {
    Function<Stored, List<LeasedAddress>> read =
        stored ->
            AddressBlock.of(stored.body()).slots().values().stream()
                .filter(slot -> !slot.free())
                .map(
                    slot ->
                        new LeasedAddress(
                            AddressBlocks.address(key, slot.index()), slot.sessionId()))
                .toList();
    return table
        .find(key)
        .thenApply(
            answer ->
                answer instanceof Answer.WithEntry(_, Stored stored)
                    ? read.apply(stored)
                    : List.of());
  }
}
