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

/** The page of the admin port that moves sessions. */
final class ContextPage {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  /** Long: an answer that is not waited for is sessions lost. */
  private static final Duration ANSWER_MAX = Duration.ofMinutes(10);

  private ContextPage() {}

  /**
   * @throws IOException if the member does not answer, or refuses
   */
  static JsonNode post(String admin, String query, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + "/contexts?" + query))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(ANSWER_MAX)
            .build();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build()) {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(
            "the member says: " + new String(answer.body(), StandardCharsets.UTF_8).strip());
      }
      return new ObjectMapper().readTree(answer.body());
    }
  }
}
