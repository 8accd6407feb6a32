package io.phalanx.datapath.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Amazon Corretto provider, whose native code is several times faster than the JDK's own. */
public final class Corretto {
  private static final Logger log = LoggerFactory.getLogger(Corretto.class);

  private static final Optional<Provider> LOADED = load();

  private Corretto() {}

  /** Empty where its library does not load here, or does not pass its own tests. */
  public static Optional<Provider> provider() {
    return LOADED;
  }

  private static Optional<Provider> load() {
    try {
      AmazonCorrettoCryptoProvider corretto = AmazonCorrettoCryptoProvider.INSTANCE;
      corretto.assertHealthy();
      log.info("ciphers by {} {}", corretto.getName(), corretto.getVersionStr());
      return Optional.of(corretto);
    } catch (RuntimeException | LinkageError unavailable) {
      log.info("ciphers by the JDK: Amazon Corretto does not load ({})", unavailable.toString());
      return Optional.empty();
    }
  }
}
