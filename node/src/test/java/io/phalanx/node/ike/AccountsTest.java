package io.phalanx.node.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage.Account;
import io.phalanx.replication.image.IkeSaImage.Account.Stage;
import io.phalanx.replication.image.IkeSaImage.Grants;
import io.phalanx.replication.image.IkeSaImage.Phase;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A session has one account, whatever IKE SA it is under. */
final class AccountsTest {
  private static final long NOW_MILLIS = 1_780_000_000_000L;

  private final IkeSa old = sa(1, NOW_MILLIS);
  private final IkeSa heir = sa(2, NOW_MILLIS + 50_000);

  private static IkeSa sa(long spi, long createdAtMillis) {
    IkeSa sa =
        new IkeSa(
            7,
            spi,
            false,
            Phase.ESTABLISHED,
            Configs.GCM_31,
            new InetSocketAddress(Configs.LEFT_ADDRESS, 4500),
            createdAtMillis,
            new Fence(new Owner(1, 1), 1));
    sa.grants =
        new Grants("alice", List.of(), "", List.of(), 0, 120, 0, Account.NONE.at(Stage.NONE));
    return sa;
  }

  @Test
  void shouldGoOverToTheHeirAndEndOnce() {
    old.grants = old.grants.with(new Account(Stage.RUNNING, false, 1, 2, 3, 4));
    old.local.counted = new Traffic(1, 2, 3, 4);
    Accounts.handOver(old, heir);
    Accounts.stopping(old, Accounts.USER_REQUEST);
    assertThat(old.changes.held()).isEmpty();
    Accounts.stopping(heir, Accounts.USER_REQUEST);
    Accounts.stopping(heir, Accounts.ADMIN_RESET);
    assertThat(heir.changes.held()).hasSize(1);
    Effect.Account stop = (Effect.Account) heir.changes.held().getFirst();
    assertThat(stop.report().kind()).isEqualTo(Kind.STOP);
    assertThat(stop.report().counted()).isEqualTo(new Traffic(1, 2, 3, 4));
    assertThat(stop.report().cause()).isEqualTo(Accounts.USER_REQUEST);
  }

  @Test
  void shouldKeepTheIdleTimeOverARekey() {
    old.local.trafficMillis = NOW_MILLIS + 70_000;
    assertThat(Accounts.next(heir)).isEqualTo(NOW_MILLIS + 50_000 + 120_000);
    Accounts.handOver(old, heir);
    assertThat(Accounts.next(heir)).isEqualTo(NOW_MILLIS + 70_000 + 120_000);
  }
}
