import com.deskseal.DesksealException;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The conformance adapter: answers {@code {id, class?, new?, call, args}} with {@code {id, value | error}}. */
final class Conform {
    private static final Gson JSON =
            new GsonBuilder().serializeNulls().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        Call call = new Call(System.getenv("DESKSEAL_CONTRACT"), JSON);
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                var output = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8)) {
            String line;
            while ((line = input.readLine()) != null) {
                Map<?, ?> request = JSON.fromJson(line, Map.class);
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("id", request.get("id"));
                try {
                    answer.put("value", Call.spelled(call.answer(request)));
                } catch (DesksealException exception) {
                    answer.put("error", Map.of("kind", Call.kind(exception), "code", exception.code()));
                }
                output.println(JSON.toJson(answer));
            }
        }
    }
}
