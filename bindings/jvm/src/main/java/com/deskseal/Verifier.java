package com.deskseal;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies identities with one secret, and with replaced secrets until they expire.
 *
 * <p>A verifier may be used by many threads at the same time. It is never printed or serialised with its secrets. The
 * secrets are overwritten when the verifier is closed, or some time after the program no longer uses it.
 */
public final class Verifier implements AutoCloseable {
    private final Handle handle;

    /**
     * Checks and keeps the secret to verify with (SPEC 2).
     *
     * @param secret the secret exactly as the help desk showed it.
     * @throws SecretException {@code secret_missing} for null, {@code secret_empty}, {@code secret_padded},
     *     {@code secret_malformed}, {@code secret_placeholder}, {@code secret_too_short}.
     */
    public Verifier(@Nullable String secret) {
        this(secret, new VerifierOptions());
    }

    /**
     * Checks and keeps the secrets to verify with (SPEC 2).
     *
     * <pre>{@code
     * var old = new PreviousSecret("an-older-secret-now-being-replaced", Instant.now().plusSeconds(7 * 24 * 3600));
     * Verifier verifier = new Verifier(Deskseal.generateSecret(), new VerifierOptions().previous(List.of(old)));
     * SignedEmail signed = new Signer("an-older-secret-now-being-replaced").signEmail("ada@example.com");
     * assert verifier.verifyEmail(signed.email(), signed.signature()).secretIndex() == 1;
     * }</pre>
     *
     * @param secret the current secret exactly as the help desk showed it.
     * @param options replaced secrets, and the tolerance.
     * @throws SecretException the codes of {@link #Verifier(String)}, and {@code secret_expiry_malformed}.
     * @throws InputException {@code tolerance_malformed}.
     */
    public Verifier(@Nullable String secret, VerifierOptions options) {
        this(Signer.passedSecret(secret), options);
    }

    private Verifier(Arguments given, VerifierOptions options) {
        try {
            addOptions(given, options);
            handle = new Handle("verifier", Answers.given(given.answer(Native.createVerifier(given.bytes(), given.length()))));
        } finally {
            given.wipe();
        }
    }

    /**
     * Reads the secret from an environment variable, as {@link Signer#fromEnv} does.
     *
     * @param names the variables for the same secret. The first one that is set is read.
     * @return the verifier.
     * @throws SecretException the codes of {@link Signer#fromEnv}.
     */
    public static Verifier fromEnv(String... names) {
        return fromEnv(new VerifierOptions(), names);
    }

    /**
     * Reads the secret from an environment variable, as {@link Signer#fromEnv} does.
     *
     * @param options replaced secrets, and the tolerance.
     * @param names the variables for the same secret. The first one that is set is read.
     * @return the verifier.
     * @throws SecretException the codes of {@link Signer#fromEnv}, and {@code secret_expiry_malformed}.
     * @throws InputException {@code tolerance_malformed}.
     */
    public static Verifier fromEnv(VerifierOptions options, String... names) {
        return new Verifier(Signer.namedSecret(names), options);
    }

    private static void addOptions(Arguments given, VerifierOptions options) {
        Arguments.required("options", options);
        int start = given.beginList();
        for (PreviousSecret previous : options.previous) {
            given.optionalText(previous.secret());
        }
        given.endList(start);
        int startOfExpiries = given.beginList();
        for (PreviousSecret previous : options.previous) {
            given.time("expiresAt", previous.expiresAt());
        }
        given.endList(startOfExpiries).optionalInteger(options.tolerance);
    }

    /**
     * Verifies an e-mail and its signature as received from a page, at the current time (SPEC 5.1).
     *
     * <pre>{@code
     * String secret = Deskseal.generateSecret();
     * SignedEmail signed = new Signer(secret).signEmail("ada@example.com");
     * assert new Verifier(secret).verifyEmail(signed.email(), signed.signature()).email().equals("ada@example.com");
     * }</pre>
     *
     * @param email the e-mail, as received.
     * @param signature the signature, as received.
     * @return the customer.
     * @throws VerificationException
     *     {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code signature_malformed}, {@code signature_mismatch}.
     */
    public VerifiedEmail verifyEmail(String email, String signature) {
        return verifyEmailAt(email, signature, Arguments.now());
    }

    /**
     * Verifies an e-mail and its signature as received from a page (SPEC 5.1).
     *
     * @param email the e-mail, as received.
     * @param signature the signature, as received.
     * @param now the time that decides which previous secrets are active.
     * @return the customer.
     * @throws VerificationException
     *     {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code signature_malformed}, {@code signature_mismatch}.
     * @throws InputException {@code timestamp_malformed} for the time.
     */
    public VerifiedEmail verifyEmail(String email, String signature, Instant now) {
        return verifyEmailAt(email, signature, Arguments.required("now", now).getEpochSecond());
    }

    private VerifiedEmail verifyEmailAt(String email, String signature, long now) {
        Arguments given = new Arguments().text("email", email).text("signature", signature).integer(now);
        return Answers.verifiedEmail(
                handle.given(given.answer(Native.verifyEmail(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Verifies the parts of a signed link, at the current time (SPEC 5.2). Prefer {@link #verifyLink(String, String)},
     * which also notices a repeated parameter.
     *
     * @param claim the four parts.
     * @return the customer.
     * @throws InputException {@code host_malformed}.
     * @throws VerificationException {@code user_id_empty}, {@code user_id_too_long}, {@code user_id_malformed},
     *     {@code timestamp_malformed}, {@code signature_malformed}, {@code signature_mismatch}, {@code timestamp_expired},
     *     {@code timestamp_in_future}.
     */
    public VerifiedUser verifyUser(UserClaim claim) {
        return verifyUserAt(claim, Arguments.now());
    }

    /**
     * Verifies the parts of a signed link (SPEC 5.2).
     *
     * <pre>{@code
     * String secret = Deskseal.generateSecret();
     * Instant now = Instant.ofEpochSecond(1767225600);
     * SignedUser signed = new Signer(secret).signUser("help.company.com", "user-42", now);
     * UserClaim claim = new UserClaim()
     *         .portalHost("help.company.com")
     *         .userId("user-42")
     *         .timestamp("1767225600")
     *         .signature(signed.signature());
     * assert new Verifier(secret).verifyUser(claim, now).userId().equals("user-42");
     * }</pre>
     *
     * @param claim the four parts.
     * @param now the time to compare with.
     * @return the customer.
     * @throws InputException {@code host_malformed}, and {@code timestamp_malformed} for the time.
     * @throws VerificationException the codes of {@link #verifyUser(UserClaim)}.
     */
    public VerifiedUser verifyUser(UserClaim claim, Instant now) {
        return verifyUserAt(claim, Arguments.required("now", now).getEpochSecond());
    }

    private VerifiedUser verifyUserAt(UserClaim claim, long now) {
        Arguments.required("claim", claim);
        Arguments given = new Arguments()
                .text("portalHost", Arguments.required("portalHost", claim.portalHost))
                .text("userId", Arguments.required("userId", claim.userId))
                .text("timestamp", Arguments.required("timestamp", claim.timestamp))
                .text("signature", Arguments.required("signature", claim.signature))
                .integer(now);
        return Answers.verifiedUser(handle.given(given.answer(Native.verifyUser(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Verifies the URL of a request to the portal's form, at the current time (SPEC 4.7, 5.2).
     *
     * <pre>{@code
     * String secret = Deskseal.generateSecret();
     * Verifier verifier = new Verifier(secret);
     * String link = new Signer(secret).portalLink("https://help.company.com", "user-42");
     * assert verifier.verifyLink("help.company.com", link).orElseThrow().userId().equals("user-42");
     * assert verifier.verifyLink("help.company.com", "/submit-ticket").isEmpty();
     * }</pre>
     *
     * @param portalHost the portal's own host. Never take it from the request.
     * @param url the URL as received: absolute, or beginning with a slash.
     * @return the customer, or nothing for an anonymous visitor, whose URL has no identity.
     * @throws InputException {@code host_malformed}.
     * @throws VerificationException {@code portal_url_malformed}, {@code identity_repeated}, {@code identity_incomplete}, and
     *     the codes of {@link #verifyUser(UserClaim)}.
     */
    public Optional<VerifiedUser> verifyLink(String portalHost, String url) {
        return verifyLinkAt(portalHost, url, Arguments.now());
    }

    /**
     * Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2).
     *
     * @param portalHost the portal's own host. Never take it from the request.
     * @param url the URL as received: absolute, or beginning with a slash.
     * @param now the time to compare with.
     * @return the customer, or nothing for an anonymous visitor, whose URL has no identity.
     * @throws InputException {@code host_malformed}, and {@code timestamp_malformed} for the time.
     * @throws VerificationException the codes of {@link #verifyLink(String, String)}.
     */
    public Optional<VerifiedUser> verifyLink(String portalHost, String url, Instant now) {
        return verifyLinkAt(portalHost, url, Arguments.required("now", now).getEpochSecond());
    }

    private Optional<VerifiedUser> verifyLinkAt(String portalHost, String url, long now) {
        Arguments given = new Arguments().text("portalHost", portalHost).text("url", url).integer(now);
        byte[] answer = handle.checked(given.answer(Native.verifyLink(handle.value(), given.bytes(), given.length())));
        return answer == null ? Optional.empty() : Optional.of(Answers.verifiedUser(answer));
    }

    /**
     * Verifies an identity token, at the current time (SPEC 12.6). Every secret of the verifier must be for identity tokens
     * only.
     *
     * <pre>{@code
     * String secret = Deskseal.generateSecret();
     * String token = new Signer(secret).identityToken("desk-1", new IdentityTokenOptions().userId("user-42"));
     * VerifiedIdentity identity = new Verifier(secret).verifyIdentityToken("desk-1", token);
     * assert identity.userId().orElseThrow().equals("user-42");
     * }</pre>
     *
     * @param audience the verifier's own help desk id or portal host. Never take it from the request.
     * @param token the token, as received.
     * @return the customer.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException {@code helpdesk_id_malformed} and {@code host_malformed} for the audience.
     * @throws VerificationException {@code identity_token_malformed}, {@code signature_mismatch},
     *     {@code identity_token_audience}, {@code identity_token_claim}, {@code identity_token_expired},
     *     {@code identity_token_in_future}, and the codes of the e-mail and the user id.
     */
    public VerifiedIdentity verifyIdentityToken(String audience, String token) {
        return verifyIdentityTokenAt(audience, token, Arguments.now());
    }

    /**
     * Verifies an identity token (SPEC 12.6).
     *
     * @param audience the verifier's own help desk id or portal host. Never take it from the request.
     * @param token the token, as received.
     * @param now the time to compare with.
     * @return the customer.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException {@code helpdesk_id_malformed} and {@code host_malformed} for the audience, and
     *     {@code timestamp_malformed} for the time.
     * @throws VerificationException the codes of {@link #verifyIdentityToken(String, String)}.
     */
    public VerifiedIdentity verifyIdentityToken(String audience, String token, Instant now) {
        return verifyIdentityTokenAt(audience, token, Arguments.required("now", now).getEpochSecond());
    }

    private VerifiedIdentity verifyIdentityTokenAt(String audience, String token, long now) {
        Arguments given = new Arguments().text("audience", audience).text("token", token).integer(now);
        return Answers.verifiedIdentity(
                handle.given(given.answer(Native.verifyIdentityToken(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Says why an e-mail signature is invalid, with the usual options (SPEC 8). It is for the owner of the secret, at a
     * prompt or in a dashboard. Do not call it in a request, and do not show the findings to a visitor.
     *
     * <pre>{@code
     * String secret = Deskseal.generateSecret();
     * SignedEmail signed = new Signer(secret).signEmail("ada@example.com");
     * Explanation explanation = new Verifier(secret).explainEmail(signed.email(), signed.signature());
     * assert explanation.findings().get(0).code().equals(FindingCodes.NO_DEVIATION);
     * }</pre>
     *
     * @param email the e-mail.
     * @param signature the signature.
     * @return the findings.
     * @throws InputException {@code email_malformed} and {@code signature_malformed} for ill-formed text.
     */
    public Explanation explainEmail(String email, String signature) {
        return explainEmail(email, signature, new ExplainOptions());
    }

    /**
     * Says why an e-mail signature is invalid (SPEC 8), as {@link #explainEmail(String, String)} does.
     *
     * @param email the e-mail.
     * @param signature the signature.
     * @param options other secrets, and the time to compare with.
     * @return the findings.
     * @throws SecretException the codes of {@link #Verifier(String)} for the other secrets.
     * @throws InputException {@code email_malformed} and {@code signature_malformed} for ill-formed text, and
     *     {@code timestamp_malformed} for the time.
     */
    public Explanation explainEmail(String email, String signature, ExplainOptions options) {
        Arguments given = new Arguments().text("email", email).text("signature", signature);
        try {
            addOptions(given, options);
            return Answers.explanation(
                    handle.given(given.answer(Native.explainEmail(handle.value(), given.bytes(), given.length()))));
        } finally {
            given.wipe();
        }
    }

    /**
     * Says why a link is invalid, with the usual options (SPEC 8), as {@link #explainEmail(String, String)} does.
     *
     * @param portalHost the portal's own host.
     * @param url the link.
     * @return the findings.
     * @throws InputException {@code host_malformed}, and {@code portal_url_malformed} for ill-formed text.
     */
    public Explanation explainLink(String portalHost, String url) {
        return explainLink(portalHost, url, new ExplainOptions());
    }

    /**
     * Says why a link is invalid (SPEC 8), as {@link #explainEmail(String, String)} does.
     *
     * @param portalHost the portal's own host.
     * @param url the link.
     * @param options other secrets, and the time to compare with.
     * @return the findings.
     * @throws SecretException the codes of {@link #Verifier(String)} for the other secrets.
     * @throws InputException {@code host_malformed}, {@code portal_url_malformed} for ill-formed text, and
     *     {@code timestamp_malformed} for the time.
     */
    public Explanation explainLink(String portalHost, String url, ExplainOptions options) {
        Arguments given = new Arguments().text("portalHost", portalHost).text("url", url);
        try {
            addOptions(given, options);
            return Answers.explanation(
                    handle.given(given.answer(Native.explainLink(handle.value(), given.bytes(), given.length()))));
        } finally {
            given.wipe();
        }
    }

    /**
     * Says why an identity token is invalid, with the usual options (SPEC 8), as {@link #explainEmail(String, String)} does.
     *
     * @param audience the verifier's own help desk id or portal host.
     * @param token the token.
     * @return the findings.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException {@code helpdesk_id_malformed} and {@code host_malformed} for the audience, and
     *     {@code identity_token_malformed} for ill-formed text.
     */
    public Explanation explainIdentityToken(String audience, String token) {
        return explainIdentityToken(audience, token, new ExplainOptions());
    }

    /**
     * Says why an identity token is invalid (SPEC 8), as {@link #explainEmail(String, String)} does.
     *
     * @param audience the verifier's own help desk id or portal host.
     * @param token the token.
     * @param options other secrets, and the time to compare with.
     * @return the findings.
     * @throws SecretException {@code secret_too_short}, and the codes of {@link #Verifier(String)} for the other secrets.
     * @throws InputException {@code helpdesk_id_malformed} and {@code host_malformed} for the audience,
     *     {@code identity_token_malformed} for ill-formed text, and {@code timestamp_malformed} for the time.
     */
    public Explanation explainIdentityToken(String audience, String token, ExplainOptions options) {
        Arguments given = new Arguments().text("audience", audience).text("token", token);
        try {
            addOptions(given, options);
            return Answers.explanation(
                    handle.given(given.answer(Native.explainIdentityToken(handle.value(), given.bytes(), given.length()))));
        } finally {
            given.wipe();
        }
    }

    private static void addOptions(Arguments given, ExplainOptions options) {
        Arguments.required("options", options);
        given.texts(options.otherSecrets).timeOrNow(options.now);
    }

    /** Overwrites the secrets. Later calls throw an {@link IllegalStateException}. */
    @Override
    public void close() {
        handle.close();
    }

    /** Returns the class's name. */
    @Override
    public String toString() {
        return "com.deskseal.Verifier";
    }
}
