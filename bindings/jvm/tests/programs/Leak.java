import com.deskseal.Deskseal;
import com.deskseal.DesksealException;
import com.deskseal.IdentityTokenOptions;
import com.deskseal.Signer;
import com.deskseal.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Proves that the process's memory stays flat over two million calls, the failing ones included, and while signers and
 * verifiers are made and dropped; and that the same measurement sees signers that are never dropped. Run it with a heap
 * that does not grow, so that what grows is the native library's memory.
 */
final class Leak {
    private static final int CALLS = 2_000_000;
    private static final int CALLS_BEFORE = 400_000;
    private static final long ALLOWED = 8 << 20;
    private static final int KEPT = 100_000;

    private static final String EMAIL = "ada@example.com";
    private static final String PORTAL = "https://help.company.com";
    private static final String HOST = "help.company.com";

    private static final String SECRET = Deskseal.generateSecret();
    private static final Signer SIGNER = new Signer(SECRET);
    private static final Verifier VERIFIER = new Verifier(SECRET);
    private static final String SIGNATURE = SIGNER.signEmail(EMAIL).signature();
    private static final String LINK = SIGNER.portalLink(PORTAL, "user-42");
    private static final IdentityTokenOptions USER = new IdentityTokenOptions().userId("user-42");
    private static final String TOKEN = SIGNER.identityToken("desk-1", USER);

    /** Each call, once; the last ones make and drop what has a handle. */
    private static final List<Runnable> ALL = List.of(
            () -> SIGNER.signEmail(EMAIL),
            () -> SIGNER.signEmail("not an address"),
            () -> SIGNER.signUser(HOST, "user-42"),
            () -> SIGNER.portalLink(PORTAL, "user-42"),
            () -> SIGNER.ticketCenter(EMAIL, "desk-1"),
            () -> SIGNER.identity(EMAIL, "desk-1"),
            () -> SIGNER.identityToken("desk-1", USER),
            () -> SIGNER.ticketCenterWithToken("desk-1", USER),
            () -> VERIFIER.verifyEmail(EMAIL, SIGNATURE),
            () -> VERIFIER.verifyEmail("eve@example.com", SIGNATURE),
            () -> VERIFIER.verifyLink(HOST, LINK),
            () -> VERIFIER.verifyLink(HOST, "/submit-ticket"),
            () -> VERIFIER.verifyIdentityToken("desk-1", TOKEN),
            () -> Deskseal.canonicalEmail(EMAIL),
            Deskseal::generateSecret,
            () -> new Signer("short"),
            () -> new Signer(SECRET),
            () -> new Verifier(SECRET).close());

    public static void main(String[] arguments) throws IOException {
        call(CALLS_BEFORE);
        long before = resident();
        call(CALLS);
        long grown = resident() - before;
        System.out.println(CALLS + " calls: " + grown / 1024 + " KiB more");
        if (grown > ALLOWED) {
            throw new IllegalStateException("the memory grew by more than " + ALLOWED / 1024 + " KiB");
        }
        List<Signer> kept = new ArrayList<>();
        repeat(KEPT, number -> kept.add(new Signer(SECRET)));
        long seen = resident() - before - grown;
        System.out.println(kept.size() + " signers kept: " + seen / 1024 + " KiB more");
        if (seen < ALLOWED) {
            throw new IllegalStateException("the measurement does not see signers that are kept");
        }
    }

    private static void call(int count) {
        repeat(count, number -> {
            try {
                ALL.get(number % ALL.size()).run();
            } catch (DesksealException expected) {
                // Some calls fail on purpose.
            }
        });
    }

    private static void repeat(int count, Consumer<Integer> task) {
        for (int number = 0; number < count; number++) {
            task.accept(number);
        }
    }

    /** Returns how many bytes of memory the process has, after what was dropped is collected and freed. */
    private static long resident() throws IOException {
        for (int time = 0; time < 5; time++) {
            System.gc();
            try {
                Thread.sleep(200);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IllegalStateException("this system does not say how much memory a process has");
    }
}
