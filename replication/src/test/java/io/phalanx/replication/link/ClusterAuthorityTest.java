package io.phalanx.replication.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.config.MemberName;
import io.phalanx.replication.link.ClusterAuthority.Issued;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class ClusterAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final MemberName MEMBER = new MemberName("demo", 7);

  private final SecureRandom random = new SecureRandom();
  private final ClusterAuthority authority = ClusterAuthority.create("demo", NOW, random);

  @Test
  void shouldNameTheMemberAndNothingElse() throws Exception {
    Issued issued = authority.issue(MEMBER, NOW);
    assertThat(MemberName.of(issued.certificate())).contains(MEMBER);
    assertThat(issued.certificate().getSubjectAlternativeNames()).hasSize(1);
    assertThat(issued.certificate().getBasicConstraints()).isEqualTo(-1);
    assertThat(issued.toString()).doesNotContain("PRIVATE");
    assertThat(issued.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
  }

  @Test
  void shouldHoldForTwoYearsAndNotLongerThanTheAuthority() {
    assertThat(authority.issue(MEMBER, NOW).certificate().getNotAfter().toInstant())
        .isEqualTo(NOW.plus(ClusterAuthority.MEMBER_LIFETIME));
    Instant late = NOW.plus(ClusterAuthority.AUTHORITY_LIFETIME).minus(Duration.ofDays(30));
    assertThat(authority.issue(MEMBER, late).certificate().getNotAfter().toInstant())
        .isEqualTo(authority.end().truncatedTo(ChronoUnit.SECONDS));
    assertThat(authority.issue(MEMBER, NOW).certificate().getNotBefore().toInstant()).isBefore(NOW);
  }

  @Test
  void shouldGoOnFromItsFiles() throws Exception {
    ClusterAuthority again =
        ClusterAuthority.of(authority.certificatePem(), authority.keyPem(), random);
    Issued issued = again.issue(MEMBER, NOW);
    Issued other = again.issue(MEMBER, NOW);
    assertThat(issued.certificate().getSerialNumber())
        .isNotEqualTo(other.certificate().getSerialNumber());
    assertThat(issued.key()).isNotEqualTo(other.key());
  }

  @Test
  void shouldRefuseWhatDoesNotBelongTogether() {
    ClusterAuthority other = ClusterAuthority.create("demo", NOW, random);
    ClusterAuthority mixed =
        ClusterAuthority.of(authority.certificatePem(), other.keyPem(), random);
    assertThatThrownBy(() -> mixed.issue(MEMBER, NOW)).isInstanceOf(IllegalArgumentException.class);
    Issued member = authority.issue(MEMBER, NOW);
    assertThatThrownBy(() -> ClusterAuthority.of(member.certificatePem(), member.keyPem(), random))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an authority's");
  }
}
