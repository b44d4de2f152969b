package com.deskseal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DesksealTest {
    private static final String SECRET = "example-secret-for-documentation";
    private static final String EMAIL = "ada@example.com";

    /** The signature of EMAIL (SPEC 3.3). */
    private static final String SIGNATURE = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";

    private static final String PORTAL = "https://help.company.com";
    private static final String HOST = "help.company.com";
    private static final Instant NOW = Instant.ofEpochSecond(1767225600);

    private final Signer signer = new Signer(SECRET);
    private final Verifier verifier = new Verifier(SECRET);

    @Test
    void aSignatureHoldsForItsEmailAlone() {
        assertEquals(new SignedEmail(EMAIL, SIGNATURE), signer.signEmail("  Ada@Example.com "));
        assertEquals(new VerifiedEmail(EMAIL, 0), verifier.verifyEmail(EMAIL, SIGNATURE));
        var exception =
                assertThrows(VerificationException.class, () -> verifier.verifyEmail("eve@example.com", SIGNATURE));
        assertEquals(ErrorCodes.SIGNATURE_MISMATCH, exception.code());
    }

    @Test
    void anExceptionHasACodeAMessageAndWhetherItIsAboutTheCustomer() {
        var exception = assertThrows(InputException.class, () -> signer.signEmail(""));
        assertEquals(ErrorCodes.EMAIL_EMPTY, exception.code());
        assertTrue(exception.isAboutCustomer());
        assertFalse(exception.getMessage().isEmpty());
        assertEquals("com.deskseal.InputException: email_empty: " + exception.getMessage(), exception.toString());
        assertFalse(assertThrows(SecretException.class, () -> new Signer("short")).isAboutCustomer());
    }

    @Test
    void aSecretIsReadFromTheFirstVariableThatIsSet() {
        String secret = System.getenv("SHOP_SECOND_SECRET");
        var fromEnv = Signer.fromEnv("SHOP_FIRST_SECRET", "SHOP_SECOND_SECRET");
        assertEquals(new Signer(secret).signEmail(EMAIL), fromEnv.signEmail(EMAIL));
        var signature = fromEnv.signEmail(EMAIL).signature();
        assertEquals(EMAIL, Verifier.fromEnv("SHOP_SECOND_SECRET").verifyEmail(EMAIL, signature).email());
        assertEquals(ErrorCodes.SECRET_MISSING, codeOf(() -> Verifier.fromEnv("SHOP_FIRST_SECRET")));
        assertEquals(ErrorCodes.SECRET_MISSING, codeOf(() -> Signer.fromEnv()));
        assertEquals(ErrorCodes.SECRET_PUBLIC, codeOf(() -> Signer.fromEnv("VITE_SECRET")));
    }

    @Test
    void aSecretThatIsNullIsMissing() {
        assertEquals(ErrorCodes.SECRET_MISSING, codeOf(() -> new Signer((String) null)));
        assertEquals(ErrorCodes.SECRET_MISSING, codeOf(() -> new Verifier((String) null)));
        var others = new ExplainOptions().otherSecrets(Arrays.asList(SECRET, null));
        assertEquals(ErrorCodes.SECRET_MISSING, codeOf(() -> verifier.explainEmail(EMAIL, SIGNATURE, others)));
    }

    @Test
    void anArgumentThatIsNullIsNamed() {
        assertNull("email", () -> signer.signEmail(null));
        assertNull("helpdeskId", () -> signer.identity(EMAIL, null));
        assertNull("timestamp", () -> signer.portalLink(PORTAL, "user-42", null));
        assertNull("options", () -> signer.identityToken("desk-1", null));
        assertNull("now", () -> verifier.verifyEmail(EMAIL, SIGNATURE, null));
        assertNull("userId", () -> verifier.verifyUser(new UserClaim().portalHost(HOST)));
        assertNull("expiresAt", () -> new PreviousSecret(SECRET, null));
        assertNull("previous", () -> new VerifierOptions().previous(null));
        assertNull("headers", () -> Deskseal.responseUnlessClick("/", null));
        assertNull("name", () -> Signer.fromEnv((String) null));
    }

    private static void assertNull(String name, Runnable call) {
        var exception = assertThrows(NullPointerException.class, call::run);
        assertEquals(name + " must not be null", exception.getMessage());
    }

    @Test
    void textIsPassedAsItIs() {
        for (String lone : List.of("\uD800", "\uDFFF", "a\uDE00\uD83Db", "\uD83D")) {
            assertEquals(ErrorCodes.EMAIL_MALFORMED, codeOf(() -> signer.signEmail("ada" + lone + "@example.com")));
            assertEquals(ErrorCodes.USER_ID_MALFORMED, codeOf(() -> signer.signUser(HOST, lone)));
            assertEquals(ErrorCodes.HOST_MALFORMED, codeOf(() -> Deskseal.canonicalHost(lone)));
            assertEquals(ErrorCodes.SECRET_MALFORMED, codeOf(() -> new Signer(SECRET + lone)));
            assertEquals(ErrorCodes.IDENTITY_TOKEN_MALFORMED, codeOf(() -> verifier.verifyIdentityToken("desk-1", lone)));
            assertEquals(ErrorCodes.IDENTITY_TOKEN_CLAIM, codeOf(() -> tokenWith(Map.of("plan", lone))));
        }
        for (String id : List.of("é", "ü€", "\uD83D\uDE00", "日本語", "x".repeat(500), "a:b")) {
            var link = signer.portalLink(PORTAL, id);
            assertEquals(id, verifier.verifyLink(HOST, link).orElseThrow().userId());
        }
        Map<String, Object> attributes = Map.of("plan", "a\0b\1c\0010");
        assertEquals(attributes, verifier.verifyIdentityToken("desk-1", tokenWith(attributes)).attributes());
    }

    private String tokenWith(Map<String, ?> attributes) {
        return signer.identityToken("desk-1", new IdentityTokenOptions().userId("user-42").attributes(attributes));
    }

    @Test
    void timesAreRoundedDown() {
        assertEquals(1767225600, signer.signUser(HOST, "user-42", NOW.plusNanos(999_999_999)).timestamp());
        assertEquals(0, signer.signUser(HOST, "user-42", Instant.EPOCH).timestamp());
        assertEquals(
                ErrorCodes.TIMESTAMP_MALFORMED, codeOf(() -> signer.signUser(HOST, "user-42", NOW.minusSeconds(1L << 40))));
        long before = Instant.now().getEpochSecond();
        long signedAt = signer.signUser(HOST, "user-42").timestamp();
        assertTrue(before <= signedAt && signedAt <= Instant.now().getEpochSecond());
    }

    @Test
    void aLinkIsValidWithinTheTolerance() {
        var strict = new Verifier(SECRET, new VerifierOptions().tolerance(0));
        var link = signer.portalLink(PORTAL, "user-42", NOW);
        assertEquals(new VerifiedUser("user-42", 1767225600, 0), strict.verifyLink(HOST, link, NOW).orElseThrow());
        assertEquals(ErrorCodes.TIMESTAMP_EXPIRED, codeOf(() -> strict.verifyLink(HOST, link, NOW.plusSeconds(1))));
        assertTrue(strict.verifyLink(HOST, "/submit-ticket").isEmpty());
        assertEquals(
                ErrorCodes.TOLERANCE_MALFORMED, codeOf(() -> new Verifier(SECRET, new VerifierOptions().tolerance(3601))));
    }

    @Test
    void aPreviousSecretIsValidUntilItExpires() {
        var previous = new PreviousSecret(SECRET, NOW);
        var rotating = new Verifier(Deskseal.generateSecret(), new VerifierOptions().previous(List.of(previous)));
        assertEquals(1, rotating.verifyEmail(EMAIL, SIGNATURE, NOW.minusSeconds(1)).secretIndex());
        assertEquals(ErrorCodes.SIGNATURE_MISMATCH, codeOf(() -> rotating.verifyEmail(EMAIL, SIGNATURE, NOW)));
    }

    @Test
    void attributesAreStringsIntegersAndBooleans() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("a", "x");
        given.put("b", true);
        given.put("c", (byte) -1);
        given.put("d", (short) 2);
        given.put("e", 3);
        given.put("f", 4L);
        given.put("g", BigInteger.valueOf(5));
        var received = verifier.verifyIdentityToken("desk-1", tokenWith(given)).attributes();
        assertEquals(Map.of("a", "x", "b", true, "c", -1L, "d", 2L, "e", 3L, "f", 4L, "g", 5L), received);
        var wrong = assertThrows(IllegalArgumentException.class, () -> tokenWith(Map.of("plan", 1.5)));
        assertTrue(wrong.getMessage().contains("plan must be a String, an integer or a Boolean"));
        var large = BigInteger.TEN.pow(30);
        assertEquals(ErrorCodes.IDENTITY_TOKEN_CLAIM, codeOf(() -> tokenWith(Map.of("n", large))));
        assertEquals(ErrorCodes.IDENTITY_TOKEN_CLAIM, codeOf(() -> tokenWith(Map.of("n", large.negate()))));
    }

    @Test
    void whatATokenDoesNotSayIsAbsent() {
        var token = signer.identityToken("desk-1", new IdentityTokenOptions().email(EMAIL).now(NOW).expiresIn(60));
        var identity = verifier.verifyIdentityToken("desk-1", token, NOW);
        assertEquals(EMAIL, identity.email().orElseThrow());
        assertTrue(identity.userId().isEmpty() && identity.name().isEmpty() && identity.unverifiedEmail().isEmpty());
        assertEquals(60, identity.expiresAt() - identity.issuedAt());
        assertTrue(identity.tokenId().isPresent());
        var expired = NOW.plusSeconds(60);
        assertEquals(
                ErrorCodes.IDENTITY_TOKEN_EXPIRED, codeOf(() -> verifier.verifyIdentityToken("desk-1", token, expired)));
        var explanation = verifier.explainIdentityToken("desk-1", token, new ExplainOptions().now(expired));
        assertEquals(FindingCodes.TOKEN_EXPIRED, explanation.findings().get(0).code());
    }

    @Test
    void resultsCannotBeChanged() {
        var embed = signer.ticketCenter(EMAIL, "desk-1", new TicketCenterOptions().align("left").crossorigin(true));
        assertEquals(
                List.of("src", "data-helpdesk-id", "data-email", "data-signature", "data-align", "crossorigin"),
                List.copyOf(embed.attributes().keySet()));
        assertThrows(UnsupportedOperationException.class, () -> embed.attributes().clear());
        var findings = verifier.explainEmail(EMAIL, SIGNATURE).findings();
        assertThrows(UnsupportedOperationException.class, () -> findings.clear());
    }

    @Test
    void longArgumentsAndAnswersAreWhole() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (int number = 0; number < 20; number++) {
            attributes.put("a" + number, "ü".repeat(127));
        }
        assertEquals(attributes, verifier.verifyIdentityToken("desk-1", tokenWith(attributes)).attributes());
        var longEmail = "a".repeat(1 << 20) + "@example.com";
        assertEquals(ErrorCodes.EMAIL_TOO_LONG, codeOf(() -> verifier.verifyEmail(longEmail, SIGNATURE)));
    }

    @Test
    void headersAreReadInAnyLetterCase() {
        var htmx = Map.of("hX-rEqUeSt", List.of("true"), "X-Other", List.of("1", "2"));
        assertEquals(200, Deskseal.responseUnlessClick("/help", htmx).orElseThrow().status());
        assertTrue(Deskseal.responseUnlessClick("/help", Map.of()).isEmpty());
    }

    @Test
    void aClosedSignerSignsNothing() {
        var closed = new Signer(SECRET);
        closed.close();
        closed.close();
        var exception = assertThrows(IllegalStateException.class, () -> closed.signEmail(EMAIL));
        assertEquals("The signer is closed. Make a new one.", exception.getMessage());
        try (var open = new Verifier(SECRET)) {
            assertEquals(EMAIL, open.verifyEmail(EMAIL, SIGNATURE).email());
        }
    }

    @Test
    void aHandleThatTheLibraryDoesNotKnowIsAFailure() {
        Arguments none = new Arguments();
        var unused = new Verifier(SECRET);
        for (long handle : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Arguments given = new Arguments().text("email", EMAIL);
            byte[] answer = given.answer(Native.signEmail(handle, given.bytes(), given.length()));
            assertThrows(IllegalStateException.class, () -> Answers.checked(answer));
        }
        assertThrows(RuntimeException.class, () -> Native.canonicalEmail(none.bytes(), none.bytes().length + 1));
        byte[] negative = none.answer(Native.canonicalEmail(none.bytes(), -1));
        assertThrows(IllegalStateException.class, () -> Answers.checked(negative));
        assertThrows(RuntimeException.class, () -> Native.canonicalEmail(null, 0));
        unused.close();
    }

    @Test
    void generatedSecretsDiffer() {
        var first = Deskseal.generateSecret();
        assertTrue(first.startsWith("dsk_secret_"));
        assertNotEquals(first, Deskseal.generateSecret());
        assertEquals(EMAIL, new Signer(first).signEmail(EMAIL).email());
    }

    private static String codeOf(Runnable call) {
        return assertThrows(DesksealException.class, call::run).code();
    }
}
