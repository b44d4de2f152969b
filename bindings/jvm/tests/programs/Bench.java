import com.deskseal.Deskseal;
import com.deskseal.IdentityTokenOptions;
import com.deskseal.Signer;
import com.deskseal.Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Prints how long calls take, beside what a user would write with {@code javax.crypto.Mac} instead, with a new Mac for
 * each call and with one that is kept: all in turns, as medians.
 */
final class Bench {
    private static final String EMAIL = "  Ada.Lovelace@Example.com ";
    private static final String PORTAL = "https://help.company.com";
    private static final String HOST = "help.company.com";
    private static final int ROUNDS = 201;
    private static final int CALLS = 2000;
    private static final int ROUNDS_BEFORE = 100;
    private static final int PROCESSES = 15;

    private static final String SECRET = Deskseal.generateSecret();
    private static final Signer SIGNER = new Signer(SECRET);
    private static final Verifier VERIFIER = new Verifier(SECRET);
    private static final String CANONICAL = canonical(EMAIL);
    private static final String SIGNATURE = SIGNER.signEmail(EMAIL).signature();
    private static final String LINK = SIGNER.portalLink(PORTAL, "user-42");
    private static final IdentityTokenOptions USER = new IdentityTokenOptions().userId("user-42");
    private static final String TOKEN = SIGNER.identityToken("desk-1", USER);
    private static final Mac KEPT = mac();

    /** What the calls return, so that none is left out by the compiler. */
    private static Object last = "";

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.printf("%-22s %10s %10s %10s%n", "", "new Mac", "kept Mac", "deskseal");
        row("sign_email", 1.7, () -> sign(mac(), canonical(EMAIL)), () -> sign(KEPT, canonical(EMAIL)),
                () -> SIGNER.signEmail(EMAIL));
        row("verify_email", 1.7, () -> isValid(mac()), () -> isValid(KEPT),
                () -> VERIFIER.verifyEmail(CANONICAL, SIGNATURE));
        row("ticket_center", 0, null, null, () -> SIGNER.ticketCenter(EMAIL, "desk-1"));
        row("portal_link", 0, null, null, () -> SIGNER.portalLink(PORTAL, "user-42"));
        row("verify_link", 0, null, null, () -> VERIFIER.verifyLink(HOST, LINK));
        row("identity_token", 0, null, null, () -> SIGNER.identityToken("desk-1", USER));
        row("verify_identity_token", 0, null, null, () -> VERIFIER.verifyIdentityToken("desk-1", TOKEN));
        first();
    }

    /** Prints a row. The promise is how many times as fast as a new Mac; as fast as a kept one, too. */
    private static void row(
            String name, double promise, Supplier<?> newMac, Supplier<?> keptMac, Supplier<?> deskseal) {
        double[][] times = new double[3][ROUNDS];
        Supplier<?>[] calls = {newMac, keptMac, deskseal};
        for (int round = -ROUNDS_BEFORE; round < ROUNDS; round++) {
            for (int way = 0; way < calls.length; way++) {
                double time = calls[way] == null ? 0 : timed(calls[way]);
                if (round >= 0) {
                    times[way][round] = time;
                }
            }
        }
        double ours = median(times[2]);
        if (newMac == null) {
            System.out.printf("%-22s %10s %10s %7.0f ns%n", name, "", "", ours);
            return;
        }
        double toNew = median(times[0]) / ours;
        double toKept = median(times[1]) / ours;
        System.out.printf(
                "%-22s %7.0f ns %7.0f ns %7.0f ns  %.2f and %.2f times as fast; at least %.1f and 1.0: %s%n",
                name, median(times[0]), median(times[1]), ours, toNew, toKept, promise,
                toNew >= promise && toKept >= 1 ? "kept" : "BROKEN");
    }

    /** Returns the nanoseconds of a call. */
    private static double timed(Supplier<?> call) {
        long before = System.nanoTime();
        for (int number = 0; number < CALLS; number++) {
            last = call.get();
        }
        return (System.nanoTime() - before) / (double) CALLS;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Prints how long loading and the first signature of a process take, without the start of Java. */
    private static void first() throws IOException, InterruptedException {
        double[] times = new double[PROCESSES];
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        for (int process = 0; process < PROCESSES; process++) {
            Process running =
                    new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "FirstSignature", SECRET).start();
            times[process] = Double.parseDouble(new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            running.waitFor();
        }
        double median = median(times);
        System.out.printf(
                "%-22s %29.1f ms; at most 60: %s%n", "first signature", median, median <= 60 ? "kept" : "BROKEN");
    }

    private static String canonical(String email) {
        return email.trim().toLowerCase(Locale.ROOT);
    }

    private static Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String sign(Mac mac, String message) {
        return HexFormat.of().formatHex(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isValid(Mac mac) {
        byte[] expected = mac.doFinal(canonical(CANONICAL).getBytes(StandardCharsets.UTF_8));
        return MessageDigest.isEqual(expected, HexFormat.of().parseHex(SIGNATURE));
    }
}
