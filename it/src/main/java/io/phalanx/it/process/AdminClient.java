package io.phalanx.it.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.phalanx.node.ops.SessionView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks the admin port of a member. */
public final class AdminClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final ObjectReader SESSION =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build()
          .readerFor(SessionView.class);

  /** An HTTP answer. */
  public record Answer(int status, String body) {}

  /** How to get at the port, which may be in another network namespace. */
  public interface Transport extends AutoCloseable {
    /**
     * @throws IOException if nobody answers
     */
    Answer get(String path) throws IOException, InterruptedException;

    @Override
    void close();
  }

  private final Transport transport;

  public AdminClient(Transport transport) {
    this.transport = transport;
  }

  /** A client that connects from here. */
  public static AdminClient of(InetSocketAddress admin) {
    return new AdminClient(new Direct(admin));
  }

  /** Whether {@code /readyz} says yes; no if nobody answers. */
  public boolean ready() throws InterruptedException {
    try {
      return transport.get("/readyz").status() == 200;
    } catch (IOException nobody) {
      return false;
    }
  }

  /** The sessions that the member knows of. */
  public List<SessionView> sessions() throws IOException, InterruptedException {
    return sessions(body("/sessions"));
  }

  static List<SessionView> sessions(String lines) throws JsonProcessingException {
    List<SessionView> sessions = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      sessions.add(SESSION.readValue(line));
    }
    return sessions;
  }

  public Metrics metrics() throws IOException, InterruptedException {
    return Metrics.parse(body("/metrics"));
  }

  @Override
  public void close() {
    transport.close();
  }

  private String body(String path) throws IOException, InterruptedException {
    Answer answer = transport.get(path);
    if (answer.status() != 200) {
      throw new IOException("%s answers %d: %s".formatted(path, answer.status(), answer.body()));
    }
    return answer.body();
  }

  private record Direct(HttpClient http, InetSocketAddress admin) implements Transport {
    Direct(InetSocketAddress admin) {
      this(HttpClient.newBuilder().connectTimeout(TIMEOUT).build(), admin);
    }

    @Override
    public Answer get(String path) throws IOException, InterruptedException {
      String host = admin.getAddress().getHostAddress();
      URI uri = URI.create("http://" + host + ":" + admin.getPort() + path);
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    }

    @Override
    public void close() {
      http.shutdownNow();
    }
  }
}
