package io.phalanx.node.revocation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches small things over HTTP: a certificate's issuer names where, so what it costs is bounded.
 * For virtual threads; blocks.
 */
final class HttpFetcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpFetcher.class);
  private static final int HTTP_OK = 200;

  private final HttpClient client;
  private final Semaphore places;
  private final FetchLimits limits;

  HttpFetcher(Executor executor, FetchLimits limits) {
    this.limits = limits;
    places = new Semaphore(limits.fetchesMax());
    client =
        HttpClient.newBuilder()
            .executor(executor)
            .connectTimeout(limits.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** Empty if it could not be had in time, or is too long. */
  Optional<byte[]> get(URI place) {
    return fetch(HttpRequest.newBuilder(), place);
  }

  /** The answer to a POST. */
  Optional<byte[]> post(URI place, String contentType, byte[] body) {
    return fetch(
        HttpRequest.newBuilder()
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body)),
        place);
  }

  private Optional<byte[]> fetch(HttpRequest.Builder builder, URI place) {
    long deadlineNanos = System.nanoTime() + limits.timeout().toNanos();
    boolean admitted = false;
    try {
      admitted = places.tryAcquire(limits.timeout().toNanos(), TimeUnit.NANOSECONDS);
      Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
      return admitted && left.isPositive()
          ? send(builder.uri(place).build(), left)
          : Optional.empty();
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | IllegalArgumentException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      log.warn("{} does not answer: {}", place, cause.getClass().getSimpleName());
      return Optional.empty();
    } finally {
      if (admitted) {
        places.release();
      }
    }
  }

  /**
   * The time is that of the whole answer: a server that sends an octet now and then is not done.
   */
  private Optional<byte[]> send(HttpRequest request, Duration left)
      throws InterruptedException, ExecutionException {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), limits.octetsMax()));
    try {
      HttpResponse<byte[]> response = exchange.get(left.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != HTTP_OK) {
        log.warn("{} answers with status {}", request.uri(), response.statusCode());
        return Optional.empty();
      }
      return Optional.of(response.body());
    } catch (TimeoutException tooLate) {
      log.warn("{} does not answer in time", request.uri());
      return Optional.empty();
    } finally {
      exchange.cancel(true);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
