import com.deskseal.Deskseal;
import com.deskseal.DesksealException;
import com.deskseal.PreviousSecret;
import com.deskseal.Signer;
import com.deskseal.Verifier;
import com.google.gson.Gson;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes calls by the names of the contract, for the conformance adapter. */
final class Call {
    /** The parameters that go by position, in order, by the call's class and name. */
    private final Map<String, List<String>> positions = new LinkedHashMap<>();

    /** Reads the contract as {@code cargo xtask api} writes it. */
    Call(String file, Gson json) throws IOException {
        Map<?, ?> contract = json.fromJson(Files.readString(Path.of(file)), Map.class);
        for (Object each : (List<?>) contract.get("call")) {
            Map<?, ?> call = (Map<?, ?>) each;
            List<String> names = new ArrayList<>();
            for (Object parameter : (List<?>) call.get("parameters")) {
                Map<?, ?> named = (Map<?, ?>) parameter;
                if (named.get("by").equals("position")) {
                    names.add((String) named.get("name"));
                }
            }
            positions.put(call.get("class") + " " + call.get("name"), names);
        }
    }

    /** Makes the call that the request names. */
    Object answer(Map<?, ?> request) throws ReflectiveOperationException {
        String name = (String) request.get("call");
        Map<?, ?> given = (Map<?, ?>) request.get("args");
        Object type = request.get("class");
        if (type == null) {
            return call(methods(Deskseal.class, name), null, positions.get("null " + name), given);
        }
        Class<?> found = type.equals("Signer") ? Signer.class : Verifier.class;
        try (AutoCloseable object = made(found, (Map<?, ?>) request.get("new"))) {
            return call(methods(found, name), object, positions.get(type + " " + name), given);
        } catch (RuntimeException | ReflectiveOperationException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private AutoCloseable made(Class<?> type, Map<?, ?> given) throws ReflectiveOperationException {
        boolean isNamed = given.containsKey("name");
        Stream<? extends Executable> callable =
                isNamed ? methods(type, "from_env") : Stream.of(type.getConstructors());
        List<String> names = positions.get(type.getSimpleName() + (isNamed ? " from_env" : " new"));
        return (AutoCloseable) call(callable, null, names, given);
    }

    private static Stream<Method> methods(Class<?> type, String name) {
        return Stream.of(type.getMethods()).filter(method -> method.getName().equals(camelCase(name)));
    }

    /** Calls the method with the most parameters. One with a time is called only if a time is given. */
    private static Object call(
            Stream<? extends Executable> callable, Object object, List<String> positions, Map<?, ?> given)
            throws ReflectiveOperationException {
        Object time = given.containsKey("timestamp") && !positions.isEmpty() ? given.get("timestamp") : given.get("now");
        Executable longest = callable
                .filter(each -> time != null || !List.of(each.getParameterTypes()).contains(Instant.class))
                .max(Comparator.comparing(Executable::getParameterCount))
                .orElseThrow();
        Iterator<String> position = positions.iterator();
        List<Object> arguments = new ArrayList<>();
        for (Class<?> type : longest.getParameterTypes()) {
            if (type == Instant.class) {
                arguments.add(instant(time));
            } else if (type.getPackageName().equals("com.deskseal")) {
                arguments.add(options(type, given));
            } else if (type == Map.class) {
                arguments.add(headers((Map<?, ?>) given.get(position.next())));
            } else {
                arguments.add(converted(type, given.get(position.next())));
            }
        }
        return invoked(longest, object, arguments.toArray());
    }

    private static Object invoked(Executable callable, Object object, Object... arguments)
            throws ReflectiveOperationException {
        try {
            return callable instanceof Constructor<?> constructor
                    ? constructor.newInstance(arguments)
                    : ((Method) callable).invoke(object, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw thrown;
        }
    }

    /** Returns options with the arguments that they have a method for. */
    private static Object options(Class<?> type, Map<?, ?> given) throws ReflectiveOperationException {
        Object options = type.getConstructor().newInstance();
        for (Method method : type.getMethods()) {
            for (Map.Entry<?, ?> argument : given.entrySet()) {
                if (method.getName().equals(camelCase((String) argument.getKey()))) {
                    invoked(method, options, converted(method.getParameterTypes()[0], argument.getValue()));
                }
            }
        }
        return options;
    }

    private static Object converted(Class<?> type, Object value) {
        if (type == Instant.class) {
            return instant(value);
        } else if (type == long.class) {
            return ((Number) value).longValue();
        } else if (type == String[].class) {
            List<?> names = value instanceof List<?> list ? list : List.of(value);
            return names.stream().map(Call::plain).toArray(count -> (Object[]) Array.newInstance(String.class, count));
        } else if (type == List.class) {
            List<Object> items = new ArrayList<>();
            ((List<?>) value).forEach(item -> items.add(
                    item instanceof List<?> pair
                            ? new PreviousSecret((String) plain(pair.get(0)), instant(pair.get(1)))
                            : plain(item)));
            return items;
        } else if (type == Map.class) {
            return values((Map<?, ?>) value);
        }
        return plain(value);
    }

    /** Returns a request's headers, each of which may have several values. */
    private static Map<Object, Object> headers(Map<?, ?> map) {
        Map<Object, Object> headers = new LinkedHashMap<>();
        map.forEach((name, value) -> headers.put(name, List.of(plain(value))));
        return headers;
    }

    /** Returns attributes with values as Java's types. */
    private static Map<Object, Object> values(Map<?, ?> map) {
        Map<Object, Object> values = new LinkedHashMap<>();
        map.forEach((name, value) -> values.put(name, plain(value)));
        return values;
    }

    /** Returns the value, or the ill-formed text that JSON cannot contain. */
    private static Object plain(Object value) {
        if (value instanceof Map<?, ?> text && text.get("utf16le") instanceof String digits) {
            return ByteBuffer.wrap(HexFormat.of().parseHex(digits))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asCharBuffer()
                    .toString();
        }
        return value instanceof Double number ? new BigDecimal(number).toBigInteger() : value;
    }

    private static Instant instant(Object seconds) {
        long second = ((Number) seconds).longValue();
        return Instant.ofEpochSecond(
                Math.max(Instant.MIN.getEpochSecond(), Math.min(Instant.MAX.getEpochSecond(), second)));
    }

    static String kind(DesksealException exception) {
        return exception.getClass().getSimpleName().replace("Exception", "").toLowerCase(Locale.ROOT);
    }

    static String camelCase(String name) {
        StringBuilder written = new StringBuilder();
        for (String word : name.split("_")) {
            written.append(written.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return written.toString();
    }

    /** Returns a result with the names of the contract. */
    static Object spelled(Object value) throws ReflectiveOperationException {
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? spelled(optional.get()) : null;
        } else if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(spelled(item));
            }
            return items;
        } else if (value instanceof Record) {
            Map<String, Object> named = new LinkedHashMap<>();
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
                named.put(name, spelled(component.getAccessor().invoke(value)));
            }
            return named;
        }
        return value;
    }
}
