package io.phalanx.it.loadgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadgenPartsTest {
  private static final long MILLI = 1_000_000;

  private static LoadPlan plan(int peers, int rate, int seconds, boolean check) {
    return new LoadPlan(
        InetAddress.ofLiteral("127.81.17.1"),
        500,
        4500,
        Sources.parse("127.81.18.1+10"),
        "a \"quoted\" \\ secret of a peer",
        "gw.load.example",
        "aes128gcm16-prfsha256-curve25519",
        "aes128gcm16",
        peers,
        32,
        InetAddress.ofLiteral("10.50.0.10"),
        "10.50.0.0/24",
        rate,
        100,
        Duration.ofSeconds(seconds),
        Duration.ZERO,
        check);
  }

  @Test
  void shouldWriteAConfigurationThatLoadsForEachPeer() throws Exception {
    assertThat(PeerConfig.of(plan(2, 10, 1, false), 1).connections().getFirst().name())
        .isEqualTo(PeerConfig.CONNECTION);
  }

  @Test
  void shouldGivePeersTheAddressesOfTheirRangeInTurn() {
    Sources sources = Sources.parse("10.98.0.254+3");
    assertThat(sources.of(0).getAddress()).isEqualTo(InetAddress.ofLiteral("10.98.0.254"));
    assertThat(sources.of(2).getAddress()).isEqualTo(InetAddress.ofLiteral("10.98.1.0"));
    assertThat(sources.of(3).getAddress()).isEqualTo(InetAddress.ofLiteral("10.98.0.254"));
    assertThat(Sources.parse("10.98.0.1").count()).isEqualTo(1);
  }

  @Test
  void shouldRefuseALoadWithoutABound() {
    assertThatThrownBy(() -> plan(LoadPlan.PEERS_MAX + 1, 1, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peers");
    assertThatThrownBy(() -> plan(1, 100_000, 11, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("packets");
  }

  @Test
  void shouldCountLostAndDuplicatedPackets() {
    PacketBook book = new PacketBook(2, 10);
    int first = book.send(0, 0);
    int second = book.send(1, MILLI);
    assertThat(book.echo(0, first, 2 * MILLI)).isTrue();
    assertThat(book.echo(0, first, 3 * MILLI)).isTrue();
    assertThat(book.echo(0, second, 3 * MILLI)).as("another peer's").isFalse();
    assertThat(book.echo(0, 7, 3 * MILLI)).as("never sent").isFalse();
    assertThat(book.sent()).isEqualTo(2);
    assertThat(book.echoed()).isEqualTo(1);
    assertThat(book.duplicated()).isEqualTo(1);
    assertThat(book.roundTrips()).isEqualTo(new Spread(1, 2, 2, 2, 2));
  }

  @Test
  void shouldTellTheLongestSilenceOfEachPeer() {
    PacketBook book = new PacketBook(2, 10);
    long[] echoes = {1, 2, 12, 14};
    for (long at : echoes) {
      book.echo(0, book.send(0, 0), at * MILLI);
    }
    book.echo(1, book.send(1, 0), 5 * MILLI);
    assertThat(book.longestGaps()).isEqualTo(new Spread(1, 10, 10, 10, 10));
  }

  @Test
  void shouldTellUntilWhenPeersLostPackets() {
    PacketBook book = new PacketBook(2, 10);
    book.send(0, 5 * MILLI);
    book.send(0, 20 * MILLI);
    book.send(1, 11 * MILLI);
    book.echo(1, book.send(1, 30 * MILLI), 33 * MILLI);
    assertThat(book.lostUntil(10 * MILLI)).isEqualTo(new Spread(2, 1, 10, 10, 10));
    assertThat(book.firstEchoes(10 * MILLI)).containsExactly(PacketBook.NEVER, 23 * MILLI);
    assertThat(book.lostBetween(0, 11 * MILLI)).isEqualTo(1);
  }

  @Test
  void shouldTellWhoHearsNothingAnyMore() {
    PacketBook book = new PacketBook(3, 10);
    book.echo(0, book.send(0, 5 * MILLI), 6 * MILLI);
    book.send(0, 10 * MILLI);
    book.echo(1, book.send(1, 10 * MILLI), 11 * MILLI);
    assertThat(book.silentSince(10 * MILLI)).isEqualTo(1);
    assertThat(book.silentSince(0)).isZero();
  }

  @Test
  void shouldTellAnAcceptedReplayFromALatePacket() {
    PacketBook book = new PacketBook(1, 2);
    int echoed = book.send(0, 0);
    int lost = book.send(0, 0);
    book.echo(0, echoed, MILLI);
    book.echoOfReplay(0, lost);
    assertThat(book.late()).isEqualTo(1);
    assertThat(book.replayed()).isZero();
    book.echoOfReplay(0, echoed);
    book.echoOfReplay(0, lost);
    assertThat(book.replayed()).isEqualTo(2);
    assertThat(book.echoed()).as("late ones do not count as echoed").isEqualTo(1);
  }
}
