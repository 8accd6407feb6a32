package io.phalanx.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.Set;

/** The invariants of the architecture that are absences: what must not know what. */
@AnalyzeClasses(packages = "io.phalanx", importOptions = ImportOption.DoNotIncludeTests.class)
class FloorsTest {
  @ArchTest
  static final ArchRule neverUpward =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("config")
          .definedBy("io.phalanx.config..")
          .layer("datapath")
          .definedBy("io.phalanx.datapath..")
          .layer("replication")
          .definedBy("io.phalanx.replication..")
          .layer("node")
          .definedBy("io.phalanx.node..")
          .layer("it")
          .definedBy("io.phalanx.it..")
          .whereLayer("it")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("node")
          .mayOnlyBeAccessedByLayers("it")
          .whereLayer("replication")
          .mayOnlyBeAccessedByLayers("node", "it")
          .whereLayer("datapath")
          .mayOnlyBeAccessedByLayers("replication", "node", "it");

  @ArchTest
  static final ArchRule noCycleBetweenModules =
      slices().matching("io.phalanx.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyReplicationKnowsHazelcast =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.phalanx.replication..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..");

  @ArchTest
  static final ArchRule nettyStaysWithThePacketPathAndTheInterlink =
      noClasses()
          .that()
          .resideInAnyPackage("io.phalanx.config..", "io.phalanx.node..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule onlyTheInterlinkOfReplicationKnowsNetty =
      noClasses()
          .that()
          .resideInAPackage("io.phalanx.replication..")
          .and()
          .resideOutsideOfPackage("io.phalanx.replication.interlink..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule onlyNodeTheMembersCertificatesAndTheCiphersOfThePacketPathKnowBouncyCastle =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.phalanx.node..", "io.phalanx.replication.link..", "io.phalanx.datapath.crypto..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bouncycastle..");

  @ArchTest
  static final ArchRule configIsPure =
      noClasses()
          .that()
          .resideInAPackage("io.phalanx.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "java.nio.channels..", "java.util.concurrent..");

  @ArchTest
  static final ArchRule theEngineDoesNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage("io.phalanx.node.ike..")
          .should()
          .dependOnClassesThat(
              named(
                  "do input or output, or run threads",
                  Set.of(
                      "java.net.Socket",
                      "java.net.ServerSocket",
                      "java.net.DatagramSocket",
                      "java.nio.file.Files",
                      "java.io.File",
                      "java.io.FileInputStream",
                      "java.io.FileOutputStream",
                      "java.lang.Thread",
                      "java.lang.Process",
                      "java.lang.ProcessBuilder",
                      "java.util.concurrent.ExecutorService",
                      "java.util.concurrent.Executors",
                      "java.util.concurrent.ScheduledExecutorService",
                      "java.util.Timer")))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.channels..", "io.netty..", "com.hazelcast..");

  @ArchTest
  static final ArchRule theEngineReadsNoClock =
      noClasses()
          .that()
          .resideInAPackage("io.phalanx.node.ike..")
          .should()
          .accessTargetWhere(
              new DescribedPredicate<JavaAccess<?>>("read a clock") {
                @Override
                public boolean test(JavaAccess<?> access) {
                  String owner = access.getTargetOwner().getName();
                  String name = access.getTarget().getName();
                  return (owner.equals("java.lang.System")
                          && Set.of("nanoTime", "currentTimeMillis").contains(name))
                      || (owner.startsWith("java.time.") && name.equals("now"))
                      || (owner.equals("java.time.Clock") && name.startsWith("system"));
                }
              });

  @ArchTest
  static final ArchRule theEngineMakesNoRandomness =
      noClasses()
          .that()
          .resideInAPackage("io.phalanx.node.ike..")
          .should()
          .callConstructorWhere(
              new DescribedPredicate<>("makes a random generator") {
                @Override
                public boolean test(JavaConstructorCall call) {
                  return call.getTargetOwner().isAssignableTo(Random.class);
                }
              });

  private static DescribedPredicate<JavaClass> named(String what, Set<String> names) {
    return new DescribedPredicate<>(what) {
      @Override
      public boolean test(JavaClass type) {
        return names.contains(type.getName());
      }
    };
  }
}
