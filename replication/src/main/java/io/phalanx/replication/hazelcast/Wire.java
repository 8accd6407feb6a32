package io.phalanx.replication.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Lineage;
import io.phalanx.replication.table.Lineage.Former;
import io.phalanx.replication.table.SlotWish;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The octets of entries, changes and answers. Each starts with a number that says what follows: a
 * kind, or for an entry the version of the format.
 */
final class Wire {
  private static final int STORED_VERSION = 1;

  /** With a lineage behind the header. Entries without are written as before. */
  private static final int STORED_VERSION_LINEAGE = 2;

  private static final int IPV4_OCTETS = 4;
  private static final int IPV6_OCTETS = 16;
  private static final int PORT_MAX = 65_535;

  private Wire() {}

  static void writeStored(ObjectDataOutput out, Stored stored) throws IOException {
    Header header = stored.header();
    boolean plain = header.lineage().none();
    out.writeByte(plain ? STORED_VERSION : STORED_VERSION_LINEAGE);
    writeHeader(out, header);
    if (!plain) {
      writeLineage(out, header.lineage());
    }
    out.writeByteArray(stored.body());
  }

  static Stored readStored(ObjectDataInput in) throws IOException {
    int version = in.readByte();
    Header header =
        switch (version) {
          case STORED_VERSION -> readHeader(in);
          case STORED_VERSION_LINEAGE -> readHeader(in).with(readLineage(in));
          default -> throw new IOException("an entry of version " + version);
        };
    return new Stored(header, readOctets(in));
  }

  private static void writeLineage(ObjectDataOutput out, Lineage lineage) throws IOException {
    out.writeBoolean(lineage.forked());
    out.writeByte(lineage.former().size());
    for (Former former : lineage.former()) {
      writeOwner(out, former.owner());
      out.writeLong(former.outLease());
      out.writeLong(former.inLimit());
      out.writeLong(former.order());
    }
  }

  private static Lineage readLineage(ObjectDataInput in) throws IOException {
    boolean forked = in.readBoolean();
    int count = in.readByte();
    if (count < 0 || count > Lineage.FORMER_MAX) {
      throw new IOException(count + " former epochs");
    }
    List<Former> former = new ArrayList<>();
    while (former.size() < count) {
      former.add(new Former(readOwner(in), in.readLong(), in.readLong(), in.readLong()));
    }
    return new Lineage(former, forked);
  }

  private static void writeHeader(ObjectDataOutput out, Header header) throws IOException {
    writeOwner(out, header.owner());
    out.writeLong(header.epoch());
    out.writeLong(header.token());
    out.writeLong(header.order());
    out.writeLong(header.outLease());
    out.writeLong(header.inLimit());
    out.writeLong(header.ikeSpi());
    writePath(out, header.path());
  }

  /** The octets of the address, none where there is no path; then port and listen address. */
  private static void writePath(ObjectDataOutput out, Optional<PeerPath> path) throws IOException {
    if (path.isEmpty()) {
      out.writeByte(0);
      return;
    }
    byte[] address = path.get().peer().getAddress().getAddress();
    out.writeByte(address.length);
    out.write(address);
    out.writeInt(path.get().peer().getPort());
    out.writeInt(path.get().listen());
  }

  private static Optional<PeerPath> readPath(ObjectDataInput in) throws IOException {
    int octets = in.readByte();
    if (octets == 0) {
      return Optional.empty();
    }
    if (octets != IPV4_OCTETS && octets != IPV6_OCTETS) {
      throw new IOException("an address of " + octets + " octets");
    }
    byte[] address = new byte[octets];
    in.readFully(address);
    int port = in.readInt();
    if (port < 0 || port > PORT_MAX) {
      throw new IOException("port " + port);
    }
    InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress(address), port);
    return Optional.of(new PeerPath(peer, in.readInt()));
  }

  private static Header readHeader(ObjectDataInput in) throws IOException {
    return new Header(
        readOwner(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        readPath(in));
  }

  static void writeOwner(ObjectDataOutput out, Owner owner) throws IOException {
    out.writeInt(owner.member());
    out.writeInt(owner.incarnation());
  }

  static Owner readOwner(ObjectDataInput in) throws IOException {
    return new Owner(in.readInt(), in.readInt());
  }

  static void writeMarks(ObjectDataOutput out, Set<Long> marks) throws IOException {
    out.writeLongArray(marks.stream().mapToLong(Long::longValue).toArray());
  }

  static Set<Long> readMarks(ObjectDataInput in) throws IOException {
    long[] marks = in.readLongArray();
    if (marks == null) {
      throw new IOException("no marks");
    }
    return LongStream.of(marks).boxed().collect(Collectors.toUnmodifiableSet());
  }

  private static void writeFence(ObjectDataOutput out, Fence fence) throws IOException {
    writeOwner(out, fence.owner());
    out.writeLong(fence.epoch());
  }

  private static Fence readFence(ObjectDataInput in) throws IOException {
    return new Fence(readOwner(in), in.readLong());
  }

  private static byte[] readOctets(ObjectDataInput in) throws IOException {
    byte[] octets = in.readByteArray();
    if (octets == null) {
      throw new IOException("no octets");
    }
    return octets;
  }

  static void writeAnswer(ObjectDataOutput out, Answer answer) throws IOException {
    switch (answer) {
      case Answer.Plain(Outcome outcome) -> {
        out.writeByte(1);
        out.writeByte(code(outcome));
      }
      case Answer.WithEntry(Outcome outcome, Stored stored) -> {
        out.writeByte(2);
        out.writeByte(code(outcome));
        writeStored(out, stored);
      }
    }
  }

  static Answer readAnswer(ObjectDataInput in) throws IOException {
    int kind = in.readByte();
    Outcome outcome = outcome(in.readByte());
    return switch (kind) {
      case 1 -> new Answer.Plain(outcome);
      case 2 -> new Answer.WithEntry(outcome, readStored(in));
      default -> throw new IOException("an answer of kind " + kind);
    };
  }

  private static int code(Outcome outcome) {
    return switch (outcome) {
      case DONE -> 1;
      case FENCED -> 2;
      case GONE -> 3;
      case UNKNOWN -> 4;
    };
  }

  private static Outcome outcome(int code) throws IOException {
    return switch (code) {
      case 1 -> Outcome.DONE;
      case 2 -> Outcome.FENCED;
      case 3 -> Outcome.GONE;
      case 4 -> Outcome.UNKNOWN;
      default -> throw new IOException("an outcome of code " + code);
    };
  }

  static void writeEffect(ObjectDataOutput out, Effect effect) throws IOException {
    switch (effect) {
      case Effect.Keep() -> out.writeByte(1);
      case Effect.Put(Stored stored) -> {
        out.writeByte(2);
        writeStored(out, stored);
      }
      case Effect.PutHeader(Header header) when header.lineage().none() -> {
        out.writeByte(3);
        writeHeader(out, header);
      }
      case Effect.PutHeader(Header header) -> {
        out.writeByte(5);
        writeHeader(out, header);
        writeLineage(out, header.lineage());
      }
      case Effect.Delete() -> out.writeByte(4);
    }
  }

  static Effect readEffect(ObjectDataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> new Effect.Keep();
      case 2 -> new Effect.Put(readStored(in));
      case 3 -> new Effect.PutHeader(readHeader(in));
      case 4 -> new Effect.Delete();
      case 5 -> new Effect.PutHeader(readHeader(in).with(readLineage(in)));
      default -> throw new IOException("an effect of kind " + kind);
    };
  }

  static void writeChange(ObjectDataOutput out, Change change) throws IOException {
    switch (change) {
      case Change.Create(Stored entry) -> {
        out.writeByte(1);
        writeStored(out, entry);
      }
      case Change.Replace(Fence fence, long order, byte[] body) -> {
        out.writeByte(2);
        writeFence(out, fence);
        out.writeLong(order);
        out.writeByteArray(body);
      }
      case Change.SetLimits(Fence fence, long order, long outLease, long inLimit) -> {
        out.writeByte(3);
        writeFence(out, fence);
        out.writeLong(order);
        out.writeLong(outLease);
        out.writeLong(inLimit);
      }
      case Change.Claim(long seenEpoch, Owner claimant) -> {
        out.writeByte(4);
        out.writeLong(seenEpoch);
        writeOwner(out, claimant);
      }
      case Change.TakeOver(Owner gone, Owner claimant, long token) -> {
        out.writeByte(5);
        writeOwner(out, gone);
        writeOwner(out, claimant);
        out.writeLong(token);
      }
      case Change.Remove(Fence fence) -> {
        out.writeByte(6);
        writeFence(out, fence);
      }
      case Change.Discard(long ikeSpi) -> {
        out.writeByte(7);
        out.writeLong(ikeSpi);
      }
      case Change.Follow(Stored entry) -> {
        out.writeByte(8);
        writeStored(out, entry);
      }
      case Change.Move(long ikeSpi, PeerPath path) -> {
        out.writeByte(9);
        out.writeLong(ikeSpi);
        writePath(out, Optional.of(path));
      }
      case Change.Lease(SlotWish wish) -> {
        out.writeByte(10);
        writeSlotWish(out, wish);
      }
      case Change.Free(int slot, long sessionId, long nowSeconds) -> {
        out.writeByte(12);
        out.writeByte(slot);
        out.writeLong(sessionId);
        out.writeLong(nowSeconds);
      }
      case Change.HandOver handOver -> {
        out.writeByte(13);
        writeFence(out, handOver.fence());
        out.writeLong(handOver.order());
        writeOwner(out, handOver.successor());
        out.writeLong(handOver.token());
        out.writeLong(handOver.outLease());
        out.writeLong(handOver.inLimit());
      }
      case Change.Count(long proposed, int bits) -> {
        out.writeByte(11);
        out.writeLong(proposed);
        out.writeByte(bits);
      }
    }
  }

  private static PeerPath path(ObjectDataInput in) throws IOException {
    return readPath(in).orElseThrow(() -> new IOException("no path"));
  }

  private static void writeSlotWish(ObjectDataOutput out, SlotWish wish) throws IOException {
    out.writeLong(wish.sessionId());
    out.writeLong(wish.lessee());
    writeMarks(out, wish.replaced());
    out.writeByte(wish.from());
    out.writeByte(wish.to());
    out.writeInt(wish.reserved().size());
    for (int slot : wish.reserved()) {
      out.writeByte(slot);
    }
    out.writeBoolean(wish.reuse());
    out.writeLong(wish.nowSeconds());
  }

  private static SlotWish readSlotWish(ObjectDataInput in) throws IOException {
    long sessionId = in.readLong();
    long lessee = in.readLong();
    Set<Long> replaced = readMarks(in);
    int from = in.readUnsignedByte();
    int to = in.readUnsignedByte();
    List<Integer> reserved = new ArrayList<>();
    for (int count = in.readInt(); count > 0; count--) {
      reserved.add(in.readUnsignedByte());
    }
    return new SlotWish(
        sessionId, lessee, replaced, from, to, reserved, in.readBoolean(), in.readLong());
  }

  static Change readChange(ObjectDataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> new Change.Create(readStored(in));
      case 2 -> new Change.Replace(readFence(in), in.readLong(), readOctets(in));
      case 3 -> new Change.SetLimits(readFence(in), in.readLong(), in.readLong(), in.readLong());
      case 4 -> new Change.Claim(in.readLong(), readOwner(in));
      case 5 -> new Change.TakeOver(readOwner(in), readOwner(in), in.readLong());
      case 6 -> new Change.Remove(readFence(in));
      case 7 -> new Change.Discard(in.readLong());
      case 8 -> new Change.Follow(readStored(in));
      case 9 -> new Change.Move(in.readLong(), path(in));
      case 10 -> new Change.Lease(readSlotWish(in));
      case 11 -> new Change.Count(in.readLong(), in.readByte());
      case 12 -> new Change.Free(in.readUnsignedByte(), in.readLong(), in.readLong());
      case 13 ->
          new Change.HandOver(
              readFence(in),
              in.readLong(),
              readOwner(in),
              in.readLong(),
              in.readLong(),
              in.readLong());
      default -> throw new IOException("a change of kind " + kind);
    };
  }
}
