package io.phalanx.node.revocation;

import io.phalanx.config.GatewayConfig.Revocation;
import io.phalanx.node.auth.RevocationStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the certificates of a path were revoked: by OCSP first, then by CRLs. What was
 * learned is kept as long as it says that it holds.
 *
 * <p>Every check ends in time and costs a bounded number of fetches; whatever cannot be found out
 * is unknown, and what that means is for the policy of the connection to say.
 */
public final class RevocationChecker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RevocationChecker.class);
  private static final int NONCE_OCTETS = 32; // RFC 8954 §2.1
  private static final int PLACES_MAX = 4;

  /** How long a CRL is kept that names no end, or comes from a file. */
  private static final Duration CRL_KEPT = Duration.ofMinutes(5);

  /** How long a place that did not answer is not asked again. */
  private static final Duration SILENT_KEPT = Duration.ofSeconds(30);

  private record Asked(X509Certificate certificate, X509Certificate issuer) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final FetchLimits limits;
  private final HttpFetcher fetcher;
  private final Semaphore checks;
  private final Cache<URI, Optional<X509CRL>> crls;
  private final Cache<Asked, Ocsp.Said> answers;
  private final Cache<URI, Boolean> silent;
  private final SecureRandom random;
  private final InstantSource clock;

  public RevocationChecker(FetchLimits limits, SecureRandom random, InstantSource clock) {
    this.limits = limits;
    this.random = random;
    this.clock = clock;
    fetcher = new HttpFetcher(threads, limits);
    checks = new Semaphore(limits.checksMax());
    crls = new Cache<>(limits.cachedMax());
    answers = new Cache<>(limits.cachedMax());
    silent = new Cache<>(limits.cachedMax());
  }

  /**
   * Checks a path; never completes exceptionally, and in twice the time of a fetch.
   *
   * @param path from a peer's own certificate to the authority's, which is trusted as it is
   */
  public CompletionStage<RevocationStatus> check(List<X509Certificate> path, Revocation sources) {
    CompletableFuture<RevocationStatus> answer = new CompletableFuture<>();
    if (!checks.tryAcquire()) {
      answer.complete(RevocationStatus.UNKNOWN);
      return answer;
    }
    try {
      Future<?> task = threads.submit(() -> run(path, sources, answer));
      return answer
          .completeOnTimeout(
              RevocationStatus.UNKNOWN, 2 * limits.timeout().toMillis(), TimeUnit.MILLISECONDS)
          .whenComplete((_, _) -> task.cancel(true));
    } catch (RejectedExecutionException closing) {
      checks.release();
      answer.complete(RevocationStatus.UNKNOWN);
      return answer;
    }
  }

  /** Whatever is under way when the time is over is interrupted. */
  private void run(
      List<X509Certificate> path, Revocation sources, CompletableFuture<RevocationStatus> answer) {
    try {
      answer.complete(checkNow(path, sources));
    } catch (RuntimeException fault) {
      log.error("a fault of this program, please report it", fault);
      answer.complete(RevocationStatus.UNKNOWN);
    } finally {
      checks.release();
    }
  }

  private RevocationStatus checkNow(List<X509Certificate> path, Revocation sources) {
    RevocationStatus status = RevocationStatus.GOOD;
    for (int i = 0; i + 1 < path.size() && status != RevocationStatus.REVOKED; i++) {
      Asked asked = new Asked(path.get(i), path.get(i + 1));
      status = status.and(byOcsp(asked, sources).or(() -> byCrl(asked, sources)));
    }
    return status;
  }

  private RevocationStatus byOcsp(Asked asked, Revocation sources) {
    Optional<Ocsp.Said> known = answers.find(asked, clock.instant());
    if (known.isPresent()) {
      return known.get().status();
    }
    List<URI> places = new ArrayList<>(sources.ocsp().stream().toList());
    if (sources.named()) {
      places.addAll(NamedPlaces.responders(asked.certificate()));
    }
    for (URI place : places.stream().distinct().limit(PLACES_MAX).toList()) {
      Optional<Ocsp.Said> said = ask(place, asked);
      if (said.isPresent()) {
        answers.put(asked, said.get(), said.get().until());
        return said.get().status();
      }
    }
    return RevocationStatus.UNKNOWN;
  }

  private Optional<Ocsp.Said> ask(URI place, Asked asked) {
    if (silent.find(place, clock.instant()).isPresent()) {
      return Optional.empty();
    }
    byte[] nonce = new byte[NONCE_OCTETS];
    random.nextBytes(nonce);
    byte[] request = Ocsp.request(asked.certificate(), asked.issuer(), nonce);
    Optional<byte[]> answer = fetcher.post(place, Ocsp.REQUEST_TYPE, request);
    if (answer.isEmpty()) {
      silent.put(place, true, clock.instant().plus(SILENT_KEPT));
    }
    return answer.flatMap(
        octets -> Ocsp.read(octets, asked.certificate(), asked.issuer(), nonce, clock.instant()));
  }

  /** CRLs may be parted: one that has it revoked counts, whatever the others say. */
  private RevocationStatus byCrl(Asked asked, Revocation sources) {
    List<URI> places = new ArrayList<>(sources.crls());
    if (sources.named()) {
      places.addAll(NamedPlaces.crls(asked.certificate()).stream().limit(PLACES_MAX).toList());
    }
    RevocationStatus status = RevocationStatus.UNKNOWN;
    for (URI place : places.stream().distinct().toList()) {
      Optional<RevocationStatus> said =
          crl(place)
              .filter(crl -> Crls.holds(crl, asked.certificate(), asked.issuer(), clock.instant()))
              .map(crl -> Crls.status(crl, asked.certificate()));
      if (said.filter(each -> each == RevocationStatus.REVOKED).isPresent()) {
        return RevocationStatus.REVOKED;
      }
      status = said.orElse(status);
    }
    return status;
  }

  private Optional<X509CRL> crl(URI place) {
    Instant now = clock.instant();
    Optional<Optional<X509CRL>> known = crls.find(place, now);
    if (known.isPresent()) {
      return known.get();
    }
    boolean file = "file".equals(place.getScheme());
    Optional<X509CRL> crl = (file ? read(Path.of(place)) : fetcher.get(place)).flatMap(Crls::parse);
    Instant soon = now.plus(CRL_KEPT);
    Instant until =
        crl.map(each -> file ? soon : Crls.until(each, soon)).orElse(now.plus(SILENT_KEPT));
    crls.put(place, crl, until);
    return crl;
  }

  private Optional<byte[]> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] octets = in.readNBytes(limits.octetsMax() + 1);
      return octets.length <= limits.octetsMax() ? Optional.of(octets) : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    fetcher.close();
    threads.shutdownNow();
  }
}
