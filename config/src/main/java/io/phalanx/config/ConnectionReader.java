package io.phalanx.config;

import static io.phalanx.config.text.Words.quote;

import io.phalanx.config.GatewayConfig.Authentication;
import io.phalanx.config.GatewayConfig.Certificate;
import io.phalanx.config.GatewayConfig.Child;
import io.phalanx.config.GatewayConfig.Connection;
import io.phalanx.config.GatewayConfig.Eap;
import io.phalanx.config.GatewayConfig.Local;
import io.phalanx.config.GatewayConfig.Mobility;
import io.phalanx.config.GatewayConfig.Pool;
import io.phalanx.config.GatewayConfig.Psk;
import io.phalanx.config.GatewayConfig.Remote;
import io.phalanx.config.GatewayConfig.RoutabilityCheck;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.config.suite.SuiteAdvice;
import io.phalanx.config.suite.SuiteNotation;
import io.phalanx.config.text.Addresses;
import io.phalanx.config.text.Parsed;
import io.phalanx.config.text.Words;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads {@code connections:}. */
final class ConnectionReader {
  static final int PROPOSALS_MAX = 32;
  static final Duration REKEY_MIN = Duration.ofSeconds(1);
  static final Duration REKEY_MAX = Duration.ofDays(30);

  private static final Duration REAUTH_MIN = Duration.ofMinutes(1);

  private static final int CONNECTIONS_MAX = 1024;
  private static final int AUTHORITIES_MAX = 32;
  private static final int IKE_PORT = 500;
  private static final Duration DPD = Duration.ofSeconds(30);
  private static final Duration REKEY = Duration.ofHours(4);
  private static final Identity MADE_UP = Identity.fqdn("missing");
  private static final Map<String, RoutabilityCheck> CHECKS =
      Map.of(
          "before", RoutabilityCheck.BEFORE,
          "after", RoutabilityCheck.AFTER,
          "never", RoutabilityCheck.NEVER);
  private static final Map<String, Integer> FAMILIES = Map.of("ipv4", 4, "ipv6", 6);

  private enum Auth {
    PSK,
    CERTIFICATE,
    EAP,
    UNKNOWN
  }

  private static final Map<String, Auth> AUTHS =
      Map.of("psk", Auth.PSK, "certificate", Auth.CERTIFICATE);
  private static final Map<String, Auth> REMOTE_AUTHS =
      Map.of("psk", Auth.PSK, "certificate", Auth.CERTIFICATE, "eap", Auth.EAP);

  private static final Map<String, EapMethod> EAP_METHODS =
      Map.of("mschapv2", EapMethod.MSCHAPV2, "tls", EapMethod.TLS, "radius", EapMethod.RADIUS);
  private static final Map<String, Boolean> EAP_IDENTITIES = Map.of("ask", true, "ike", false);

  private final SideFiles files;
  private final Report report;
  private final List<Pool> pools;
  private final Set<String> names = new HashSet<>();

  ConnectionReader(SideFiles files, Report report, List<Pool> pools) {
    this.files = files;
    this.report = report;
    this.pools = pools;
  }

  List<Connection> read(Item item) {
    return item.list(1, CONNECTIONS_MAX).stream().map(this::connection).toList();
  }

  private Connection connection(Item item) {
    Section section =
        item.section(
            "name",
            "local",
            "remote",
            "ike-proposals",
            "pool",
            "request-addresses",
            "initiate",
            "dpd",
            "rekey",
            "reauth",
            "mobike",
            "routability-check",
            "redirect-to",
            "children");
    Item name = section.required("name", "name: road-warriors");
    String text = name.read(Names::plain, "");
    Names.unique(name, names, text);
    Local local = local(section.required("local", "local: {id: gw.example.org, auth: psk}"));
    Section remote =
        section
            .required("remote", "remote: {id: \"%any\", auth: psk}")
            .section(
                "id",
                "auth",
                "methods",
                "eap-identity",
                "eap-only",
                "authorities",
                "address",
                "revocation",
                "crls",
                "ocsp",
                "follow-certificate");
    Optional<InetSocketAddress> address =
        remote
            .optional("address")
            .map(at -> at.read(value -> Addresses.endpoint(value, IKE_PORT), anySocket()));
    List<Integer> requested = requestAddresses(section, address.isPresent());
    boolean initiate = section.optional("initiate").map(Item::flag).orElse(false);
    if (initiate && remote.optional("address").isEmpty()) {
      section
          .required("initiate", "")
          .error("there is no address to initiate to", "add remote.address");
    }
    Item children = section.required("children", "children: [{name: net, local: [10.0.0.0/8]}]");
    List<Child> read = new ChildReader(!requested.isEmpty()).read(children);
    if (read.isEmpty() && address.isEmpty() && report.clean(children.path())) {
      children.error("a list of 0 entries", "give it 1 to 32, or add remote.address");
    }
    return new Connection(
        text,
        local,
        remote(remote, local.authentication()),
        address,
        ikeSuites(section),
        section.optional("pool").map(this::pool),
        requested,
        initiate,
        section
            .optional("dpd")
            .map(value -> value.durationOrNever(Duration.ofSeconds(1), Duration.ofDays(1)))
            .orElse(DPD),
        section
            .optional("rekey")
            .map(value -> value.durationOrNever(REKEY_MIN, REKEY_MAX))
            .orElse(REKEY),
        section
            .optional("reauth")
            .map(value -> value.durationOrNever(REAUTH_MIN, REKEY_MAX))
            .orElse(Duration.ZERO),
        mobility(section),
        Gateways.read(section),
        read);
  }

  private static Mobility mobility(Section section) {
    return new Mobility(
        section.optional("mobike").map(Item::flag).orElse(true),
        section
            .optional("routability-check")
            .map(value -> value.choice(CHECKS, RoutabilityCheck.BEFORE))
            .orElse(RoutabilityCheck.BEFORE));
  }

  private static InetSocketAddress anySocket() {
    return new InetSocketAddress(IKE_PORT);
  }

  private Local local(Item item) {
    Section section = item.section("id", "auth", "certificate", "key");
    Identity id =
        section.required("id", "id: gw.example.org").read(IdentityNotation::parse, MADE_UP);
    Authentication authentication =
        switch (auth(section, AUTHS)) {
          case UNKNOWN, EAP -> new Psk();
          case PSK -> {
            section.refuse("remove it, or write auth: certificate", "certificate", "key");
            yield new Psk();
          }
          case CERTIFICATE -> {
            Path chain =
                files.pem(
                    section.required("certificate", "certificate: gw.pem"),
                    "CERTIFICATE",
                    "use a PEM file with the gateway's certificate first, then intermediates");
            Path key =
                files.pem(
                    section.required("key", "key: gw.key"),
                    "PRIVATE KEY",
                    "convert it by: openssl pkcs8 -topk8 -nodes -in OLD -out NEW");
            yield new Certificate(Optional.of(chain), Optional.of(key), List.of());
          }
        };
    return new Local(id, authentication);
  }

  private Remote remote(Section section, Authentication local) {
    Optional<IdentityPattern> id =
        section.optional("id").flatMap(item -> orAny(item, IdentityNotation::parsePattern));
    Authentication authentication =
        switch (auth(section, REMOTE_AUTHS)) {
          case UNKNOWN -> new Psk();
          case PSK -> {
            section.refuse("remove it, or write auth: certificate", "authorities");
            section.refuse(
                "remove it, or write auth: certificate",
                RevocationReader.KEYS.toArray(String[]::new));
            section.refuse("remove it, or write auth: eap", "methods", "eap-identity", "eap-only");
            yield new Psk();
          }
          case CERTIFICATE -> {
            section.refuse("remove it, or write auth: eap", "methods", "eap-identity", "eap-only");
            yield new Certificate(
                Optional.empty(),
                Optional.empty(),
                authorities(section),
                new RevocationReader(files).read(section));
          }
          case EAP -> {
            section.refuse(
                "remove it, or write auth: certificate",
                RevocationReader.KEYS.toArray(String[]::new));
            yield eap(section, local);
          }
        };
    return new Remote(id, authentication);
  }

  private List<Path> authorities(Section section) {
    return section
        .required("authorities", "authorities: [ca.pem]")
        .list(1, AUTHORITIES_MAX)
        .stream()
        .map(file -> files.pem(file, "CERTIFICATE", "use the CA's PEM file"))
        .toList();
  }

  private Eap eap(Section section, Authentication local) {
    Item list = section.required("methods", "methods: [mschapv2]");
    List<EapMethod> methods =
        list.list(1, EAP_METHODS.size()).stream()
            .map(method -> method.choice(EAP_METHODS, EapMethod.MSCHAPV2))
            .distinct()
            .toList();
    int radius = methods.indexOf(EapMethod.RADIUS);
    if (radius >= 0 && radius < methods.size() - 1) {
      list.error("nothing is tried after radius", "write radius last");
    }
    boolean tls = methods.contains(EapMethod.TLS);
    if (tls && !(local instanceof Certificate)) {
      list.error("tls shows the certificate of this gateway", "write local.auth: certificate");
    }
    if (!tls) {
      section.refuse("remove it, or add tls to methods", "authorities");
    }
    boolean ask =
        section.optional("eap-identity").map(of -> of.choice(EAP_IDENTITIES, true)).orElse(true);
    section
        .optional("address")
        .ifPresent(at -> at.error("this gateway does not initiate by EAP", "remove it"));
    boolean only = section.optional("eap-only").map(Item::flag).orElse(false);
    if (only && !methods.stream().allMatch(EapMethod::sufficient)) {
      section
          .required("eap-only", "")
          .error("not every method proves who this gateway is", "write methods: [tls]");
    }
    return new Eap(methods, ask, tls ? authorities(section) : List.of(), only);
  }

  private static Auth auth(Section section, Map<String, Auth> choices) {
    return section
        .required("auth", "auth: psk, or auth: certificate")
        .choice(choices, Auth.UNKNOWN);
  }

  /** Empty for {@code %any}, and after an error. */
  static <T> Optional<T> orAny(Item item, Function<String, Parsed<T>> parser) {
    return item.read(
        text ->
            text.equals("%any")
                ? Parsed.value(Optional.empty())
                : parser.apply(text).then(id -> Parsed.value(Optional.of(id))),
        Optional.empty());
  }

  private static List<IkeSuite> ikeSuites(Section section) {
    return section
        .optional("ike-proposals")
        .map(
            list ->
                list.list(1, PROPOSALS_MAX).stream()
                    .map(ConnectionReader::ikeSuite)
                    .distinct()
                    .toList())
        .orElseGet(SuiteNotation::ikeDefaults);
  }

  private static IkeSuite ikeSuite(Item item) {
    IkeSuite suite = item.read(SuiteNotation::parseIke, SuiteNotation.ikeDefaults().getFirst());
    advise(item, SuiteAdvice.on(suite));
    return suite;
  }

  static void advise(Item suite, List<String> reasons) {
    if (!reasons.isEmpty()) {
      suite.warning(
          String.join("; ", reasons), "remove it, unless a peer has nothing better to offer");
    }
  }

  private String pool(Item item) {
    String name = item.read(Names::plain, "");
    List<String> known = pools.stream().map(Pool::name).toList();
    if (report.clean(item.path(), "pools") && !known.contains(name)) {
      item.error(
          "there is no pool " + quote(name),
          Words.nearest(name, known)
              .map(near -> "did you mean " + near + "?")
              .orElse("add it to pools"));
    }
    return name;
  }

  private static List<Integer> requestAddresses(Section section, boolean initiator) {
    Optional<Item> written = section.optional("request-addresses");
    List<Integer> families =
        written.stream()
            .flatMap(list -> list.list(0, FAMILIES.size()).stream())
            .map(family -> family.choice(FAMILIES, 4))
            .distinct()
            .toList();
    if (!families.isEmpty() && !initiator) {
      written
          .get()
          .warning("only an initiator asks for addresses", "add remote.address, or remove it");
    }
    return families;
  }
}
