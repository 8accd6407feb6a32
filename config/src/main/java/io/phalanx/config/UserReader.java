package io.phalanx.config;

import io.phalanx.config.GatewayConfig.User;
import io.phalanx.config.text.Parsed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code users:}. */
final class UserReader {
  private static final int USERS_MAX = 100_000;
  private static final int NAME_CHARS_MAX = 200;
  private static final int PASSWORD_CHARS_MIN = 12;

  private final SecretReader secrets;
  private final Set<String> names = new HashSet<>();

  UserReader(SideFiles files) {
    secrets = new SecretReader(files);
  }

  List<User> read(Item item) {
    return item.list(0, USERS_MAX).stream().map(this::user).toList();
  }

  private User user(Item item) {
    Section section = item.section("name", "password", "file");
    Item name = section.required("name", "name: alice@example.org");
    String text = name.read(UserReader::name, "");
    Names.unique(name, names, text);
    return new User(
        text,
        secrets.read(
            section,
            "password",
            PASSWORD_CHARS_MIN,
            "make one by: openssl rand -base64 12; what is recorded of MSCHAPv2 can be tried"
                + " offline"));
  }

  private static Parsed<String> name(String text) {
    boolean plain =
        text.length() <= NAME_CHARS_MAX && text.codePoints().noneMatch(Character::isISOControl);
    return plain
        ? Parsed.value(text)
        : Parsed.fault("this is not a name", "use at most 200 characters that can be printed");
  }
}
