package io.phalanx.it.demo;

import io.phalanx.it.balancer.Backend;
import io.phalanx.it.process.AdminClient;
import io.phalanx.it.process.MemberProcess;
import io.phalanx.it.process.Metrics;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members and the initiator as processes; every one that was started is ended on close. */
final class Fleet implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  private final Path directory;
  private final Site site;
  private final Configs configs;
  private final Map<Integer, MemberProcess> members = new LinkedHashMap<>();
  private Optional<MemberProcess> initiator = Optional.empty();

  Fleet(Path directory, Site site, Configs configs) {
    this.directory = directory;
    this.site = site;
    this.configs = configs;
  }

  void startMembers(int count) throws IOException, TimeoutException, InterruptedException {
    for (int id = 1; id <= count; id++) {
      Backend member = site.member(id);
      synchronized (this) {
        members.put(
            id,
            MemberProcess.start(
                member.name(),
                List.of(),
                configs.member(id),
                directory.resolve(member.name() + ".log"),
                AdminClient.of(member.readiness())));
      }
    }
    for (MemberProcess member : living()) {
      member.awaitReady(START_TIMEOUT);
    }
  }

  void startInitiator() throws IOException, TimeoutException, InterruptedException {
    MemberProcess started =
        MemberProcess.start(
            "initiator",
            List.of(),
            configs.initiator(),
            directory.resolve("initiator.log"),
            AdminClient.of(site.initiatorAdmin()));
    synchronized (this) {
      initiator = Optional.of(started);
    }
    started.awaitReady(START_TIMEOUT);
  }

  synchronized MemberProcess initiator() {
    return initiator.orElseThrow();
  }

  synchronized Optional<MemberProcess> startedInitiator() {
    return initiator;
  }

  synchronized MemberProcess member(int id) {
    return Optional.ofNullable(members.get(id)).orElseThrow();
  }

  synchronized List<MemberProcess> living() {
    return members.values().stream().filter(MemberProcess::alive).toList();
  }

  /** The session of the initiator as one of the living members lists it. */
  Optional<SessionView> session() throws InterruptedException {
    for (MemberProcess member : living()) {
      try {
        Optional<SessionView> session =
            member.admin().sessions().stream()
                .filter(each -> !each.children().isEmpty())
                .findFirst();
        if (session.isPresent()) {
          return session;
        }
      } catch (IOException goneMeanwhile) {
        log.debug("{} does not answer", member.name(), goneMeanwhile);
      }
    }
    return Optional.empty();
  }

  /** The living members' counters with these names and labels, summed. */
  long counted(List<String> samples) throws InterruptedException {
    long sum = 0;
    for (MemberProcess member : living()) {
      try {
        Metrics metrics = member.admin().metrics();
        sum += samples.stream().mapToLong(metrics::sum).sum();
      } catch (IOException goneMeanwhile) {
        log.debug("{} does not answer", member.name(), goneMeanwhile);
      }
    }
    return sum;
  }

  @Override
  public synchronized void close() {
    List<MemberProcess> all = new ArrayList<>(members.values());
    initiator.ifPresent(all::add);
    all.parallelStream().forEach(MemberProcess::close);
  }
}
