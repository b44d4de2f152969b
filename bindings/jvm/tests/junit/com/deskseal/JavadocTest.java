package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JavadocTest {
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)\\}</pre>", Pattern.DOTALL);

    private static final String HEAD = "import com.deskseal.*;\nimport java.time.*;\nimport java.util.*;\n";

    @Test
    void everyExampleRuns(@TempDir Path folder) throws IOException, ReflectiveOperationException {
        int count = 0;
        for (Path source : sources()) {
            var examples = EXAMPLE.matcher(Files.readString(source));
            while (examples.find()) {
                String body = examples.group(1).replaceAll("(?m)^ +\\* ?", "");
                String name = "Example" + count++;
                Files.writeString(
                        folder.resolve(name + ".java"),
                        HEAD + "public class " + name + " {\n    public static void main(String[] none) {\n" + body
                                + "    }\n}\n");
            }
        }
        assertTrue(count >= 20, "only " + count + " examples were found");
        List<String> files;
        try (Stream<Path> written = Files.list(folder)) {
            files = written.map(Path::toString).toList();
        }
        var options = Stream.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString());
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, Stream.concat(options, files.stream()).toArray(String[]::new));
        assertTrue(failed == 0, "the examples do not compile");
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.setDefaultAssertionStatus(true);
            for (int number = 0; number < count; number++) {
                var main = loader.loadClass("Example" + number).getMethod("main", String[].class);
                main.invoke(null, (Object) new String[0]);
            }
        }
    }

    private static List<Path> sources() throws IOException {
        var folder = Path.of(System.getenv("DESKSEAL_REPOSITORY"), "bindings/jvm/src/main/java/com/deskseal");
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
