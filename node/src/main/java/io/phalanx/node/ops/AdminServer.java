package io.phalanx.node.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.phalanx.config.Gateways;
import io.phalanx.config.Identity;
import io.phalanx.config.text.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port: {@code /healthz}, {@code /readyz}, {@code /metrics}, {@code /sessions}, {@code
 * /drain}, {@code /redirect} and {@code /contexts} over HTTP. Plain and without authentication, so
 * it belongs on a loopback or management address.
 *
 * <p>It opens before the member does, so that an orchestrator sees a member that starts as alive
 * and not ready, and not as a refused connection.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final int CONNECTIONS_MAX = 128;
  private static final int REQUESTS_AT_ONCE_MAX = 16;
  private static final int SESSIONS_MAX = 10_000;
  private static final Pattern DRAIN_WAIT = Pattern.compile("wait=[0-9]{1,7}");
  private static final Pattern CONTEXTS =
      Pattern.compile("to=[A-Za-z0-9._-]{1,63}(&session=[0-9a-f]{16})*|from=[A-Za-z0-9._-]{1,63}");
  private static final int CONTEXT_SET_OCTETS_MAX = 256 << 20;
  private static final ObjectWriter JSON = new ObjectMapper().writer();

  static {
    // The server's own bounds can only be set so: a slow client must not hold a connection forever.
    limit("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    limit("sun.net.httpserver.maxIdleConnections", CONNECTIONS_MAX);
    limit("sun.net.httpserver.maxReqTime", 5);
    limit("sun.net.httpserver.maxRspTime", 30);
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      // An answer is two writes; Nagle and delayed acknowledgements would add 40 ms to it.
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private record Answer(int status, String type, String body) {
    static Answer text(int status, String line) {
      return new Answer(status, "text/plain; charset=utf-8", line + "\n");
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Semaphore contextSet = new Semaphore(1); // they are large
  private final Semaphore requests = new Semaphore(REQUESTS_AT_ONCE_MAX);
  private final Map<String, Function<MemberView, Answer>> pages =
      Map.of(
          "/healthz", AdminServer::health,
          "/readyz", AdminServer::readiness,
          "/metrics", AdminServer::metrics,
          "/sessions", AdminServer::sessions,
          "/drain", view -> drain(view.draining()),
          "/redirect", _ -> Answer.text(405, "only POST, with ?to=GATEWAY"),
          "/contexts", _ -> Answer.text(405, "only POST, with ?to=PARTNER or ?from=PARTNER"));
  private volatile Optional<MemberView> member = Optional.empty();

  private AdminServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /** Binds and answers; everything but {@code /healthz} says 503 until {@link #show}. */
  public static AdminServer open(InetSocketAddress address) throws IOException {
    HttpServer http = HttpServer.create(address, CONNECTIONS_MAX);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
    AdminServer admin = new AdminServer(http, threads);
    http.setExecutor(threads);
    http.createContext("/", admin::handle);
    http.start();
    return admin;
  }

  /** From now on the pages tell about this member. */
  public void show(MemberView view) {
    member = Optional.of(view);
  }

  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!requests.tryAcquire()) {
        send(exchange, Answer.text(503, "too many requests at once"));
        return;
      }
      try {
        send(exchange, answer(exchange));
      } finally {
        requests.release();
      }
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    Function<MemberView, Answer> page = pages.get(exchange.getRequestURI().getPath());
    if (page == null) {
      return Answer.text(404, "no such page: try " + String.join(" ", pages.keySet()));
    }
    String method = exchange.getRequestMethod();
    if (method.equals("POST") && exchange.getRequestURI().getPath().equals("/redirect")) {
      return redirect(exchange.getRequestURI().getQuery());
    }
    if (method.equals("POST") && exchange.getRequestURI().getPath().equals("/drain")) {
      return beginDrain(exchange.getRequestURI().getQuery());
    }
    if (method.equals("POST") && exchange.getRequestURI().getPath().equals("/contexts")) {
      return contexts(exchange.getRequestURI().getQuery(), exchange.getRequestBody());
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.text(405, "only GET and HEAD");
    }
    try {
      return member
          .map(page)
          .orElseGet(() -> starting(exchange.getRequestURI().getPath().equals("/healthz")));
    } catch (RuntimeException fault) {
      log.error("admin page {} failed", exchange.getRequestURI().getPath(), fault);
      return Answer.text(500, "failed: see the log");
    }
  }

  /**
   * @param query {@code wait=MILLISECONDS} for the balancer
   */
  private Answer beginDrain(@Nullable String query) {
    if (query == null || !DRAIN_WAIT.matcher(query).matches()) {
      return Answer.text(400, "say for how long the balancer is waited for: /drain?wait=2000");
    }
    long waitMillis = Long.parseLong(query.substring(query.indexOf('=') + 1));
    return member.map(view -> drain(view.drain(waitMillis))).orElseGet(() -> starting(false));
  }

  /**
   * @param query {@code to=GATEWAY}; with nothing behind it, as the configuration says
   */
  private Answer redirect(@Nullable String query) {
    if (query == null || !query.startsWith("to=")) {
      return Answer.text(400, "say where to: /redirect?to=gw2.example.org, or to nowhere: ?to=");
    }
    String to = query.substring("to=".length());
    if (to.isEmpty()) {
      return redirect(Optional.empty());
    }
    return switch (Gateways.parse(to)) {
      case Parsed.Fault<Identity>(var problem, var remedy) ->
          Answer.text(400, problem + ": " + remedy);
      case Parsed.Value<Identity>(var gateway) -> redirect(Optional.of(gateway));
    };
  }

  private Answer redirect(Optional<Identity> gateway) {
    return member
        .filter(view -> view.redirect(gateway))
        .map(_ -> Answer.text(200, gateway.map(to -> "peers go to " + to).orElse("peers stay")))
        .orElseGet(() -> starting(false));
  }

  /**
   * @param query {@code to=PARTNER}, maybe with {@code &session=ID} once or several times, or
   *     {@code from=PARTNER}
   * @param body for {@code from}: the set
   */
  private Answer contexts(@Nullable String query, InputStream body) throws IOException {
    if (query == null || !CONTEXTS.matcher(query).matches()) {
      return Answer.text(400, "say where to, or from: /contexts?to=west, /contexts?from=east");
    }
    String[] fields = query.split("&");
    String partner = fields[0].substring(fields[0].indexOf('=') + 1);
    if (query.startsWith("to=")) {
      Set<Long> ids =
          Arrays.stream(fields)
              .skip(1)
              .map(each -> Long.parseUnsignedLong(each.substring(each.indexOf('=') + 1), 16))
              .collect(Collectors.toSet());
      return member
          .map(view -> transferred(view.exportContexts(partner, ids)))
          .orElseGet(() -> starting(false));
    }
    if (!contextSet.tryAcquire()) {
      return Answer.text(503, "another set is being taken; try again in a moment");
    }
    try {
      return taken(partner, body.readNBytes(CONTEXT_SET_OCTETS_MAX + 1));
    } finally {
      contextSet.release();
    }
  }

  private Answer taken(String partner, byte[] set) {
    return set.length > CONTEXT_SET_OCTETS_MAX
        ? Answer.text(413, "more than " + CONTEXT_SET_OCTETS_MAX + " octets")
        : member
            .map(view -> transferred(view.importContexts(partner, set)))
            .orElseGet(() -> starting(false));
  }

  private static Answer transferred(TransferView view) {
    return view instanceof TransferView.Refused(String why) ? Answer.text(409, why) : json(view);
  }

  private static Answer drain(DrainView view) {
    return json(view);
  }

  private static Answer json(Object value) {
    try {
      return new Answer(200, "application/json", JSON.writeValueAsString(value) + "\n");
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("a view is plain data", impossible);
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static Answer starting(boolean alive) {
    return Answer.text(alive ? 200 : 503, "starting");
  }

  private static Answer health(MemberView view) {
    return view.healthy() ? Answer.text(200, "ok") : Answer.text(503, view.reason());
  }

  private static Answer readiness(MemberView view) {
    return view.ready() ? Answer.text(200, "ready") : Answer.text(503, view.reason());
  }

  private static Answer metrics(MemberView view) {
    return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", view.metrics().scrape());
  }

  private static Answer sessions(MemberView view) {
    StringBuilder lines = new StringBuilder();
    for (SessionView session : view.sessions(SESSIONS_MAX)) {
      try {
        lines.append(JSON.writeValueAsString(session)).append('\n');
      } catch (JsonProcessingException impossible) {
        throw new AssertionError("a session view is plain data", impossible);
      }
    }
    return new Answer(200, "application/x-ndjson", lines.toString());
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }
}
