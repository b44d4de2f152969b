package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecrecyTest {
    private static final String SECRET = "example-secret-for-documentation";

    @Test
    void nothingPrintsASecretOrASignature() {
        var signer = new Signer(SECRET);
        var verifier = new Verifier(SECRET);
        var signed = signer.signEmail("ada@example.com");
        var user = signer.signUser("help.company.com", "user-42");
        assertEquals("com.deskseal.Signer", signer.toString());
        assertEquals("com.deskseal.Verifier", verifier.toString());
        assertEquals("SignedEmail[email=ada@example.com, signature=[hidden]]", signed.toString());
        var holders = List.of(
                signed,
                user,
                signer.identity("ada@example.com", "desk-1"),
                signer.ticketCenter("ada@example.com", "desk-1"),
                new PreviousSecret(SECRET, Instant.EPOCH),
                new VerifierOptions().previous(List.of(new PreviousSecret(SECRET, Instant.EPOCH))),
                new ExplainOptions().otherSecrets(List.of(SECRET)),
                new UserClaim().signature(user.signature()),
                Map.of(signer, verifier));
        for (Object holder : holders) {
            String shown = holder.toString();
            assertFalse(shown.contains(SECRET), shown);
            assertFalse(shown.contains(signed.signature()) || shown.contains(user.signature()), shown);
        }
        var exception = assertThrows(SecretException.class, () -> new Signer(SECRET + "\n"));
        assertFalse(exception.toString().contains(SECRET));
    }

    @Test
    void signersAndVerifiersAreNotSerialised() throws IOException {
        for (Object holder : List.of(new Signer(SECRET), new Verifier(SECRET), new PreviousSecret(SECRET, Instant.EPOCH))) {
            try (var output = new ObjectOutputStream(new ByteArrayOutputStream())) {
                assertThrows(NotSerializableException.class, () -> output.writeObject(holder));
            }
        }
    }

    @Test
    void secretsAreOverwrittenInTheArguments() {
        Arguments given = Signer.passedSecret(SECRET.repeat(20));
        given.wipe();
        for (byte value : given.bytes()) {
            assertEquals(0, value);
        }
    }

    /** The program's own secret is dropped before the dump; a copy of it with other letters is what is looked for. */
    @Test
    void aDumpOfTheHeapHasNoCopyOfTheSecret(@TempDir Path folder) throws IOException {
        byte[] masked = new byte[54];
        Signer signer = signerAndMasked(masked);
        assertTrue(signer.signEmail("ada@example.com").signature().length() == 64);
        // What the program made itself is collected before the dump, which has live objects only.
        Path dump = folder.resolve("heap.hprof");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), true);
        byte[] heap = Files.readAllBytes(dump);
        assertTrue(indexOf(heap, masked, 0) >= 0, "the masked copy is not in the dump, which was read wrongly");
        assertEquals(-1, indexOf(heap, masked, 1));
        signer.close();
    }

    private static Signer signerAndMasked(byte[] masked) {
        String secret = Deskseal.generateSecret();
        byte[] bytes = secret.getBytes(StandardCharsets.US_ASCII);
        for (int index = 0; index < masked.length; index++) {
            masked[index] = (byte) (bytes[index] ^ 1);
            bytes[index] = 0;
        }
        return new Signer(secret);
    }

    /** Returns where the bytes are, each changed by the mask, or -1. */
    private static int indexOf(byte[] all, byte[] searched, int mask) {
        for (int start = 0; start <= all.length - searched.length; start++) {
            int index = 0;
            while (index < searched.length && all[start + index] == (searched[index] ^ mask)) {
                index++;
            }
            if (index == searched.length) {
                return start;
            }
        }
        return -1;
    }
}
