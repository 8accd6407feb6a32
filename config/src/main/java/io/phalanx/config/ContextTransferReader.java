package io.phalanx.config;

import io.phalanx.config.GatewayConfig.ContextTransfer;
import io.phalanx.config.GatewayConfig.Partner;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code context-transfer:}. */
final class ContextTransferReader {
  private static final int PARTNERS_MAX = 64;

  private final SideFiles files;

  ContextTransferReader(SideFiles files) {
    this.files = files;
  }

  ContextTransfer read(Item item) {
    Section section = item.section("key", "partners");
    Path key = files.path(section.required("key", "key: transfer.key"));
    Set<String> names = new HashSet<>();
    List<Partner> partners =
        section
            .required("partners", "partners: [{name: west, key: west.pub}]")
            .list(1, PARTNERS_MAX)
            .stream()
            .map(entry -> partner(entry, names))
            .toList();
    return new ContextTransfer(key, partners);
  }

  private Partner partner(Item item, Set<String> names) {
    Section section = item.section("name", "key");
    Item nameItem = section.required("name", "name: west");
    String name = nameItem.read(Names::plain, "");
    Names.unique(nameItem, names, name);
    return new Partner(name, files.path(section.required("key", "key: west.pub")));
  }
}
