package io.phalanx.replication.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import io.phalanx.datapath.PeerPath;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.table.Answer;
import io.phalanx.replication.table.Change;
import io.phalanx.replication.table.Header;
import io.phalanx.replication.table.Lineage;
import io.phalanx.replication.table.SlotWish;
import io.phalanx.replication.table.Step.Effect;
import io.phalanx.replication.table.Stored;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WireTest {
  private static final Owner OWNER = new Owner(1, 0x102);
  private static final Fence FENCE = new Fence(OWNER, 3);
  private static final PeerPath PATH =
      new PeerPath(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::9"), 4500), 2);
  private static final Header HEADER = new Header(OWNER, 3, 4, 5, 6, 7, 8, Optional.of(PATH));
  private static final Stored STORED = new Stored(HEADER, new byte[] {0x2a, 0x2b});

  private static final Header CLAIMED =
      HEADER.with(new Lineage(List.of(new Lineage.Former(new Owner(9, 10), 11, 12, 13)), true));

  private final SerializationService serialization = service();

  private static SerializationService service() {
    SerializationConfig config = new SerializationConfig();
    StoreSerializers.addTo(config);
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }

  @AfterEach
  void dispose() {
    ((InternalSerializationService) serialization).dispose();
  }

  @Test
  void changesShouldArriveAsTheyWereSent() {
    List<Change> changes =
        List.of(
            new Change.Create(STORED),
            new Change.Replace(FENCE, 5, new byte[] {1}),
            new Change.SetLimits(FENCE, 5, 6, 7),
            new Change.Claim(3, OWNER),
            new Change.TakeOver(OWNER, new Owner(2, 3), 4),
            new Change.Remove(FENCE),
            new Change.Discard(0xabc),
            new Change.Follow(STORED),
            new Change.Move(9, PATH),
            new Change.Lease(
                new SlotWish(1L << 40, -2, Set.of(7L, -8L), 1, 254, List.of(3, 200), true, 9)),
            new Change.Free(255, 1L << 50, 1L << 33),
            new Change.Count(11, 62),
            new Change.HandOver(FENCE, 5, new Owner(2, 3), 1L << 41, 6, 7));
    for (Change change : changes) {
      ChangeProcessor<?> sent = new ChangeProcessor<>(change);
      ChangeProcessor<?> received = serialization.toObject(serialization.toData(sent));
      assertThat(received.change()).usingRecursiveComparison().isEqualTo(change);
      assertThat(received.change()).hasSameClassAs(change);
    }
    assertThat(changes).as("all there are").hasSize(Change.class.getPermittedSubclasses().length);
  }

  @Test
  void effectsShouldArriveAsTheyWereSent() {
    for (Effect effect :
        List.of(
            new Effect.Keep(),
            new Effect.Put(STORED),
            new Effect.PutHeader(HEADER),
            new Effect.Put(new Stored(CLAIMED, new byte[] {7})),
            new Effect.PutHeader(CLAIMED),
            new Effect.Delete())) {
      EffectProcessor<?> sent = new EffectProcessor<>(effect);
      EffectProcessor<?> received = serialization.toObject(serialization.toData(sent));
      assertThat(received.effect()).usingRecursiveComparison().isEqualTo(effect);
      assertThat(received.effect()).hasSameClassAs(effect);
    }
  }

  @Test
  void answersShouldArriveAsTheyWereSent() {
    for (Outcome outcome : Outcome.values()) {
      for (Answer answer :
          List.of(new Answer.Plain(outcome), new Answer.WithEntry(outcome, STORED))) {
        Answer received = serialization.toObject(serialization.toData(answer));
        assertThat(received).usingRecursiveComparison().isEqualTo(answer);
        assertThat(received).hasSameClassAs(answer);
      }
    }
  }

  /**
   * Version, owner, epoch, token, order, outLease, inLimit, IKE SPI, path, body with its length.
   */
  @Test
  void shouldWriteTheGoldenEntry() {
    byte[] octets = serialization.toData(STORED).toByteArray();
    String golden =
        "01"
            + "00000001"
            + "00000102"
            + "0000000000000003"
            + "0000000000000004"
            + "0000000000000005"
            + "0000000000000006"
            + "0000000000000007"
            + "0000000000000008"
            + "10"
            + "20010db8000000000000000000000009"
            + "00001194"
            + "00000002"
            + "00000002"
            + "2a2b";
    assertThat(HexFormat.of().formatHex(octets)).endsWith(golden).hasSize(16 + golden.length());
  }

  /** Behind the header: whether it is forked, former epochs, each with owner, limits and order. */
  @Test
  void shouldWriteTheGoldenEntryWithALineage() {
    byte[] octets = serialization.toData(new Stored(CLAIMED, new byte[] {0x2a})).toByteArray();
    String golden =
        "00000002"
            + "01"
            + "01"
            + "00000009"
            + "0000000a"
            + "000000000000000b"
            + "000000000000000c"
            + "000000000000000d"
            + "00000001"
            + "2a";
    String hex = HexFormat.of().formatHex(octets);
    assertThat(hex).endsWith(golden);
    assertThat(hex.substring(16)).startsWith("02");
    Stored read = serialization.toObject(new HeapData(octets));
    assertThat(read.header()).isEqualTo(CLAIMED);
  }

  @Test
  void shouldRefuseAnEntryOfAnotherVersion() {
    byte[] octets = serialization.toData(STORED).toByteArray();
    octets[8] = 9;
    Data data = new HeapData(octets);
    assertThatThrownBy(() -> serialization.toObject(data))
        .hasRootCauseMessage("an entry of version 9");
  }
}
