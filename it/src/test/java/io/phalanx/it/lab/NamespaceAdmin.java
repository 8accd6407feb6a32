package io.phalanx.it.lab;

import io.phalanx.it.process.AdminClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP out of a network namespace, by a shell inside: a JVM cannot change its namespace. */
record NamespaceAdmin(List<String> prefix, String address, int port)
    implements AdminClient.Transport {
  private static final Pattern ANSWER =
      Pattern.compile("HTTP/1\\.[01] (\\d{3}) .*?\r\n\r\n(.*)", Pattern.DOTALL);

  @Override
  public AdminClient.Answer get(String path) throws IOException, InterruptedException {
    String script =
        "exec 3<>/dev/tcp/%s/%d && printf 'GET %s HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 3 cat <&3"
            .formatted(address, port, path);
    Shell.Result result = Shell.run(Shell.join(prefix, List.of("bash", "-c", script)), Map.of());
    Matcher answer = ANSWER.matcher(result.output());
    if (!result.ok() || !answer.matches()) {
      throw new IOException("no answer from %s:%d".formatted(address, port));
    }
    return new AdminClient.Answer(Integer.parseInt(answer.group(1)), answer.group(2));
  }

  @Override
  public void close() {}
}
