package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the jar with the contract, as {@code cargo xtask api} prints it, in both directions. */
final class ContractTest {
    /** What Java has beyond the contract: the types of options, and what every object has. */
    private static final Set<String> OWN = Set.of(
            "Deskseal", "DesksealException", "DesksealKotlin", "ErrorCodes", "ExplainOptions", "FindingCodes",
            "IdentityTokenOptions", "InputException", "PortalLinkWithTokenOptions", "PreviousSecret", "SecretException",
            "Signer", "Signer.close", "TicketCenterOptions", "UserClaim", "VerificationException", "Verifier",
            "Verifier.close", "VerifierOptions");

    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("text", String.class),
            Map.entry("text?", String.class),
            Map.entry("received", String.class),
            Map.entry("secret", String.class),
            Map.entry("names", String[].class),
            Map.entry("map", Map.class),
            Map.entry("attributes", Map.class),
            Map.entry("attributes?", Map.class),
            Map.entry("flag", boolean.class),
            Map.entry("integer", long.class),
            Map.entry("time?", Instant.class),
            Map.entry("[previous]", List.class),
            Map.entry("[secret]", List.class),
            Map.entry("[Finding]", List.class));

    private record Contract(
            Map<String, List<String>> errors,
            Map<String, List<String>> findings,
            Map<String, List<Value>> results,
            @SerializedName("call") List<Call> calls) {}

    private record Value(String name, String type, String by) {
        String javaName() {
            return camelCase(name);
        }
    }

    private record Call(@SerializedName("class") String type, String name, List<Value> parameters, String returns) {
        String javaType() {
            return type == null ? "Deskseal" : type;
        }

        List<Value> by(String way) {
            return parameters.stream().filter(parameter -> parameter.by.equals(way)).toList();
        }
    }

    private final Contract contract = new Gson().fromJson(text(), Contract.class);

    private static String text() {
        try {
            return Files.readString(Path.of(System.getenv("DESKSEAL_CONTRACT")));
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
    }

    @Test
    void everyCallHasTheParametersAndTheResultOfTheContract() throws ClassNotFoundException {
        for (Call call : contract.calls) {
            Executable longest = callable(call).max(Comparator.comparing(Executable::getParameterCount)).orElseThrow();
            List<Class<?>> positional = new ArrayList<>();
            Map<String, Class<?>> named = new TreeMap<>();
            for (Parameter parameter : longest.getParameters()) {
                Class<?> type = parameter.getType();
                if (type == Instant.class) {
                    named.put(parameter.getName(), type);
                } else if (isOwn(type)) {
                    Stream.of(type.getDeclaredMethods())
                            .filter(method -> method.getReturnType() == type)
                            .forEach(method -> named.put(method.getName(), method.getParameterTypes()[0]));
                } else {
                    positional.add(type);
                }
            }
            Map<String, Class<?>> expected = new TreeMap<>();
            call.by("name").forEach(parameter -> expected.put(parameter.javaName(), TYPES.get(parameter.type)));
            assertEquals(expected, named, longest.toString());
            assertEquals(
                    call.by("position").stream().<Class<?>>map(parameter -> TYPES.get(parameter.type)).toList(),
                    positional,
                    longest.toString());
            if (longest instanceof Method method) {
                assertEquals(returned(call.returns), method.getReturnType(), longest.toString());
            }
        }
    }

    private static Class<?> returned(String type) throws ClassNotFoundException {
        if (type.equals("text")) {
            return String.class;
        }
        return type.endsWith("?") ? Optional.class : Class.forName("com.deskseal." + type);
    }

    /** Every parameter that has no default comes in an overload without the others. */
    @Test
    void whatHasADefaultMayBeLeftOut() throws ClassNotFoundException {
        for (Call call : contract.calls) {
            boolean isOptional = call.by("name").stream().allMatch(parameter -> !parameter.type.equals("text"));
            boolean saysWho = call.name.endsWith("_token") && call.type.equals("Signer");
            if (isOptional && !saysWho) {
                int fewest = callable(call).mapToInt(Executable::getParameterCount).min().orElseThrow();
                assertEquals(call.by("position").size(), fewest, call.toString());
            }
        }
    }

    @Test
    void everyResultHasTheFieldsOfTheContract() throws ClassNotFoundException {
        for (var result : contract.results.entrySet()) {
            var components = Class.forName("com.deskseal." + result.getKey()).getRecordComponents();
            List<String> names = new ArrayList<>();
            for (var component : components) {
                names.add(component.getName());
            }
            assertEquals(result.getValue().stream().map(Value::javaName).toList(), names, result.getKey());
            for (int index = 0; index < components.length; index++) {
                String type = result.getValue().get(index).type;
                Class<?> expected = type.equals("text?") ? Optional.class : TYPES.get(type);
                Class<?> found = components[index].getType();
                assertEquals(expected, found == int.class ? long.class : found, result.getKey() + "." + names.get(index));
            }
        }
    }

    @Test
    void everyCodeIsAConstant() {
        assertEquals(sorted(contract.errors.values()), constants(ErrorCodes.class));
        assertEquals(sorted(contract.findings.values()), constants(FindingCodes.class));
    }

    private static Set<String> sorted(Collection<List<String>> lists) {
        Set<String> all = new TreeSet<>();
        lists.forEach(all::addAll);
        return all;
    }

    private static Set<String> constants(Class<?> type) {
        Set<String> values = new TreeSet<>();
        for (var field : type.getFields()) {
            try {
                String value = (String) field.get(null);
                assertEquals(value.toUpperCase(java.util.Locale.ROOT), field.getName());
                values.add(value);
            } catch (IllegalAccessException hidden) {
                throw new AssertionError(hidden);
            }
        }
        return values;
    }

    @Test
    void kotlinNamesEveryParameterInTheContractsOrder() throws ClassNotFoundException {
        Class<?> kotlin = Class.forName("com.deskseal.DesksealKotlin");
        for (Call call : contract.calls) {
            if (call.by("name").isEmpty()) {
                continue;
            }
            String name = switch (call.name) {
                case "new" -> call.type;
                case "from_env" -> "verifierFromEnv";
                default -> camelCase(call.name);
            };
            Method method = Stream.of(kotlin.getMethods())
                    .filter(each -> each.getName().equals(name))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("Kotlin has no " + name));
            List<String> names = new ArrayList<>();
            for (Parameter parameter : method.getParameters()) {
                if (!parameter.getName().startsWith("$")) {
                    names.add(parameter.getName().replace("names", "name"));
                }
            }
            assertEquals(call.parameters.stream().map(Value::javaName).toList(), names, name);
        }
    }

    @Test
    void theJarOffersNothingElse() throws IOException, ClassNotFoundException {
        Set<String> expected = new TreeSet<>(OWN);
        contract.calls.forEach(call -> expected.add(call.javaType() + "." + switch (call.name) {
            case "new" -> "new";
            case "from_env" -> "fromEnv";
            default -> camelCase(call.name);
        }));
        expected.addAll(contract.results.keySet());
        Set<String> offered = new TreeSet<>();
        var jar = Path.of(Deskseal.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        try (JarFile file = new JarFile(jar.toFile())) {
            for (String entry : file.stream().map(Object::toString).filter(name -> name.endsWith(".class")).toList()) {
                Class<?> type = Class.forName(entry.replace('/', '.').replace(".class", ""));
                if (Modifier.isPublic(type.getModifiers()) && !type.isSynthetic()) {
                    offered.addAll(members(type));
                }
            }
        }
        assertEquals(expected, offered);
        assertTrue(offered.size() > 40);
    }

    /** Returns the class's name and, of a class with calls, the names of its methods and constructors. */
    private static Set<String> members(Class<?> type) {
        Set<String> names = new TreeSet<>(Set.of(type.getSimpleName()));
        if (type == Deskseal.class || type == Signer.class || type == Verifier.class) {
            for (var constructor : type.getConstructors()) {
                assertTrue(constructor.getParameterCount() > 0);
                names.add(type.getSimpleName() + ".new");
            }
            for (var method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !method.getName().equals("toString")) {
                    names.add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        return names;
    }

    private static Stream<? extends Executable> callable(Call call) throws ClassNotFoundException {
        Class<?> type = Class.forName("com.deskseal." + call.javaType());
        if (call.name.equals("new")) {
            return Stream.of(type.getConstructors());
        }
        return Stream.of(type.getMethods()).filter(method -> method.getName().equals(camelCase(call.name)));
    }

    private static boolean isOwn(Class<?> type) {
        return type.getPackageName().equals("com.deskseal");
    }

    private static String camelCase(String name) {
        StringBuilder written = new StringBuilder();
        for (String word : name.split("_")) {
            written.append(written.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return written.toString();
    }
}
