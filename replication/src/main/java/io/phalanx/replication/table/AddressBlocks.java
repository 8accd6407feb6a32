package io.phalanx.replication.table;

import io.phalanx.replication.AddressWish;
import io.phalanx.replication.AddressWish.AddressRange;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The blocks that ranges of addresses consist of. A block is the same whatever range or pool it is
 * looked at through: a configuration may be changed without an address being given out twice.
 */
final class AddressBlocks {
  /** 2^20 addresses of a pool are given out; a search never goes further. */
  static final int BLOCKS_MAX = 4096;

  private static final int SLOT_BITS = 8;
  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_OCTETS = 16;

  /**
   * A part of a block.
   *
   * @param from first slot
   * @param to last slot
   */
  record Block(String key, int from, int to) {
    InetAddress address(int slot) {
      return AddressBlocks.address(key, slot);
    }

    List<Integer> slotsOf(Collection<InetAddress> addresses) {
      return addresses.stream()
          .map(AddressBlocks::holding)
          .filter(each -> each.key().equals(key))
          .map(Block::from)
          .toList();
    }
  }

  private record Part(int octets, BigInteger first, BigInteger last, int blocks) {}

  private final List<Part> parts;
  private final int count;
  private final int home;

  private AddressBlocks(List<Part> parts, int count, int home) {
    this.parts = parts;
    this.count = count;
    this.home = home;
  }

  static AddressBlocks of(AddressWish wish) {
    List<AddressRange> ranges =
        wish.fixed()
            .map(address -> List.of(new AddressRange(address, address)))
            .orElse(wish.ranges());
    List<Part> parts = new ArrayList<>();
    int count = 0;
    for (AddressRange range : ranges) {
      BigInteger first = number(range.first());
      BigInteger last = number(range.last());
      BigInteger blocks =
          last.shiftRight(SLOT_BITS).subtract(first.shiftRight(SLOT_BITS)).add(BigInteger.ONE);
      int room = blocks.min(BigInteger.valueOf(BLOCKS_MAX - count)).intValue();
      if (room > 0) {
        parts.add(new Part(range.first().getAddress().length, first, last, room));
        count += room;
      }
    }
    int home = count == 0 ? 0 : Math.floorMod(Long.hashCode(wish.lessee()), count);
    return new AddressBlocks(List.copyOf(parts), count, home);
  }

  int count() {
    return count;
  }

  /**
   * A block, in the order of the lessee's search.
   *
   * @param step 0 to count - 1
   */
  Block at(int step) {
    int index = (home + step) % count;
    for (Part part : parts) {
      if (index < part.blocks()) {
        return block(part, index);
      }
      index -= part.blocks();
    }
    throw new IllegalArgumentException("no block " + step);
  }

  private static Block block(Part part, int index) {
    BigInteger number = part.first().shiftRight(SLOT_BITS).add(BigInteger.valueOf(index));
    BigInteger base = number.shiftLeft(SLOT_BITS);
    BigInteger end = base.add(BigInteger.valueOf(AddressBlock.SLOTS - 1));
    return new Block(
        key(part.octets(), number),
        part.first().max(base).subtract(base).intValue(),
        part.last().min(end).subtract(base).intValue());
  }

  /** The block of an address, and in it the one slot. */
  static Block holding(InetAddress address) {
    BigInteger number = number(address);
    int slot = number.intValue() & (AddressBlock.SLOTS - 1);
    return new Block(key(address.getAddress().length, number.shiftRight(SLOT_BITS)), slot, slot);
  }

  private static String key(int octets, BigInteger block) {
    return (octets == IPV4_OCTETS ? "4/" : "6/") + block.toString(16);
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  /**
   * The address at a slot.
   *
   * @param key of a block, made by this class
   */
  static InetAddress address(String key, int slot) {
    byte[] octets = new byte[key.startsWith("4/") ? IPV4_OCTETS : IPV6_OCTETS];
    byte[] number =
        new BigInteger(key.substring(2), 16)
            .shiftLeft(SLOT_BITS)
            .add(BigInteger.valueOf(slot))
            .toByteArray();
    int length = Math.min(number.length, octets.length);
    System.arraycopy(number, number.length - length, octets, octets.length - length, length);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }
}
