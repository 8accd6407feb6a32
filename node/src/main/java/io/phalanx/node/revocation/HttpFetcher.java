package io.phalanx.node.revocation;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
          ? send(builder.uri(place).timeout(left).build())
          : Optional.empty();
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      log.warn("{} does not answer: {}", place, e.getClass().getSimpleName());
      return Optional.empty();
    } finally {
      if (admitted) {
        places.release();
      }
    }
  }

  private Optional<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != HTTP_OK) {
        log.warn("{} answers with status {}", request.uri(), response.statusCode());
        return Optional.empty();
      }
      byte[] octets = body.readNBytes(limits.octetsMax() + 1);
      return octets.length <= limits.octetsMax() ? Optional.of(octets) : Optional.empty();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
