package io.phalanx.node.ike;

import io.phalanx.config.GatewayConfig;
import io.phalanx.config.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Copies an engine with all it remembers, and tells whether two are in the same state, by
 * reflection: what a new field holds counts by itself.
 *
 * <p>Only objects of this package are copied: those of others are immutable. {@link Environment}
 * belongs to the member, not to its state.
 */
final class ObjectGraph {
  /** Numbers that tell only in which order things happened. */
  private static final Set<String> PASSED_OVER =
      Set.of("Committer.nextId", "Committer.pending", "Commitment.id", "Write.id");

  private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();
  private static final Map<Class<?>, Constructor<?>> MAKERS = new HashMap<>();

  private ObjectGraph() {}

  private static boolean ours(Class<?> type) {
    return type.getPackageName().equals(ObjectGraph.class.getPackageName())
        && !type.isEnum()
        && !type.isHidden()
        && type != Environment.class
        && type != Dice.class;
  }

  private static List<Field> fields(Class<?> type) {
    return FIELDS.computeIfAbsent(
        type,
        _ -> {
          List<Field> fields = new ArrayList<>();
          for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
              field.setAccessible(true);
              fields.add(field);
            }
          }
          return fields;
        });
  }

  // Copies

  @SuppressWarnings("unchecked")
  static <T> T copy(T root) {
    return (T) new Copier().copy(root);
  }

  private static final class Copier {
    private final IdentityHashMap<Object, Object> done = new IdentityHashMap<>();

    Object copy(Object from) {
      if (from == null) {
        return from;
      }
      Object already = done.get(from);
      if (already != null) {
        return already;
      }
      return switch (from) {
        case Optional<?> optional ->
            optional.isEmpty() ? optional : Optional.of(copy(optional.get()));
        case Collection<?> many -> collection(many);
        case Map<?, ?> map -> map(map);
        case Record record when ours(record.getClass()) -> record(record);
        default -> ours(from.getClass()) ? object(from) : from;
      };
    }

    private Object collection(Collection<?> from) {
      Collection<Object> to =
          switch (from) {
            case ArrayList<?> _ -> new ArrayList<>();
            case ArrayDeque<?> _ -> new ArrayDeque<>();
            case LinkedHashSet<?> _ -> new LinkedHashSet<>();
            case HashSet<?> _ -> new HashSet<>();
            case TreeSet<?> sorted -> emptied(sorted);
            default -> new ArrayList<>();
          };
      done.put(from, to);
      from.forEach(each -> to.add(copy(each)));
      boolean immutable = from instanceof List<?> && !(from instanceof ArrayList<?>);
      return immutable ? List.copyOf(to) : to;
    }

    @SuppressWarnings("unchecked")
    private static Collection<Object> emptied(SortedSet<?> sorted) {
      SortedSet<Object> empty = new TreeSet<>((SortedSet<Object>) sorted);
      empty.clear();
      return empty;
    }

    private Object map(Map<?, ?> from) {
      Map<Object, Object> to =
          from instanceof LinkedHashMap<?, ?> ? new LinkedHashMap<>() : new HashMap<>();
      done.put(from, to);
      from.forEach((key, value) -> to.put(copy(key), copy(value)));
      return to;
    }

    private Object record(Record from) {
      try {
        RecordComponent[] components = from.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
          components[i].getAccessor().setAccessible(true);
          types[i] = components[i].getType();
          values[i] = copy(components[i].getAccessor().invoke(from));
        }
        Constructor<?> maker = from.getClass().getDeclaredConstructor(types);
        maker.setAccessible(true);
        return maker.newInstance(values);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }

    private Object object(Object from) {
      try {
        Object to = maker(from.getClass()).newInstance();
        done.put(from, to);
        for (Field field : fields(from.getClass())) {
          field.set(to, copy(field.get(from)));
        }
        return to;
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
  }

  /** Makes objects without running their constructor, as deserialization does. */
  private static Constructor<?> maker(Class<?> type) {
    return MAKERS.computeIfAbsent(
        type,
        _ -> {
          try {
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            Object instance = factory.getMethod("getReflectionFactory").invoke(null);
            return (Constructor<?>)
                factory
                    .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                    .invoke(instance, type, Object.class.getDeclaredConstructor());
          } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
          }
        });
  }

  // Fingerprints

  /** The same for two graphs that hold the same. */
  static long fingerprint(Object root) {
    return new Printer().print(root);
  }

  static long mix(long left, long right) {
    long mixed = (left ^ Long.rotateLeft(right, 31)) * 0x9E3779B97F4A7C15L + right;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  static long ofOctets(byte[] octets) {
    long print = octets.length;
    for (byte octet : octets) {
      print = print * 0x100000001B3L + octet;
    }
    return mix(print, octets.length);
  }

  private static final class Printer {
    private final IdentityHashMap<Object, Object> seen = new IdentityHashMap<>();

    long print(Object of) {
      return switch (of) {
        case null -> 1;
        case byte[] octets -> ofOctets(octets);
        case Long number -> mix(2, number);
        case Number number -> mix(3, number.intValue());
        case Boolean truth -> truth ? 5 : 6;
        case Enum<?> constant -> constant.name().hashCode();
        case Secret secret -> ofOctets(secret.reveal());
        case Optional<?> optional -> optional.isEmpty() ? 7 : mix(8, print(optional.get()));
        case Environment _, GatewayConfig _, Random _ -> 9;
        case List<?> list -> ordered(list);
        case ArrayDeque<?> queue -> ordered(queue);
        case LinkedHashSet<?> set -> ordered(set);
        case TreeSet<?> set -> ordered(set);
        case Set<?> set -> unordered(set.stream().map(this::print).toList());
        case Map<?, ?> map ->
            unordered(
                map.entrySet().stream()
                    .map(each -> mix(print(each.getKey()), print(each.getValue())))
                    .toList());
        case IkeSa sa -> once(sa, () -> mix(sa.localSpi, object(sa)), sa.localSpi);
        case Record record when record.getClass().getPackageName().startsWith("io.phalanx") ->
            object(record);
        default ->
            ours(of.getClass())
                ? once(of, () -> object(of), of.getClass().getName().hashCode())
                : of.getClass().isHidden() ? 12 : of.hashCode();
      };
    }

    private long once(Object of, Supplier<Long> first, long again) {
      return seen.put(of, of) == null ? first.get() : again;
    }

    private long object(Object of) {
      long print = of.getClass().getName().hashCode();
      try {
        for (Field field : fields(of.getClass())) {
          if (counts(field)) {
            print = mix(print, print(field.get(of)));
          }
        }
      } catch (IllegalAccessException e) {
        throw new LinkageError(e.getMessage(), e);
      }
      return print;
    }

    private static boolean counts(Field field) {
      return !Modifier.isTransient(field.getModifiers())
          && !PASSED_OVER.contains(
              field.getDeclaringClass().getSimpleName() + "." + field.getName());
    }

    private long ordered(Iterable<?> many) {
      long print = 10;
      for (Object each : many) {
        print = mix(print, print(each));
      }
      return print;
    }

    private static long unordered(List<Long> prints) {
      long[] sorted = prints.stream().mapToLong(Long::longValue).sorted().toArray();
      return Arrays.stream(sorted).reduce(11, ObjectGraph::mix);
    }
  }

  /** A field that a test has no other way to. */
  static Object field(Object of, String name) {
    try {
      Field field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
