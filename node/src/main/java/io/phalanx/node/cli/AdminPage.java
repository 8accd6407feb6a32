package io.phalanx.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A page of a member's admin port. */
final class AdminPage {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  private final URI page;
  private final Duration answerMax;

  private AdminPage(URI page, Duration answerMax) {
    this.page = page;
    this.answerMax = answerMax;
  }

  /**
   * @param admin host and port
   * @param page with its query
   */
  static AdminPage of(String admin, String page) {
    return new AdminPage(URI.create("http://" + admin + page), ANSWER_MAX);
  }

  /** One whose answer may take longer than that of others. */
  AdminPage within(Duration longer) {
    return new AdminPage(page, longer);
  }

  String get() throws IOException, InterruptedException {
    return answer(HttpRequest.newBuilder(page));
  }

  String post(byte[] body) throws IOException, InterruptedException {
    return answer(HttpRequest.newBuilder(page).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /**
   * @throws IOException if the member does not answer, or refuses
   */
  private String answer(HttpRequest.Builder request) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_MAX).build()) {
      HttpResponse<String> answer =
          client.send(
              request.timeout(answerMax).build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (answer.statusCode() != 200) {
        throw new IOException("the member says: " + answer.body().strip());
      }
      return answer.body();
    }
  }

  static JsonNode json(String answer) throws IOException {
    return new ObjectMapper().readTree(answer);
  }
}
