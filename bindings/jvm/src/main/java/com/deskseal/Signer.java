package com.deskseal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signs identities with one secret. Make one when the program starts.
 *
 * <p>A signer may be used by many threads at the same time. It is never printed or serialised with its secret. The secret
 * is overwritten when the signer is closed, or some time after the program no longer uses it.
 *
 * <pre>{@code
 * Signer signer = new Signer(Deskseal.generateSecret());
 * Embed embed = signer.ticketCenter("Ada@Example.com", "desk-1");
 * assert embed.html().contains("data-email=\"ada@example.com\"");
 * }</pre>
 */
public final class Signer implements AutoCloseable {
    private final Handle handle;

    /**
     * Checks and keeps the secret to sign with (SPEC 2.2).
     *
     * <pre>{@code
     * try {
     *     new Signer("short");
     * } catch (SecretException exception) {
     *     assert exception.code().equals(ErrorCodes.SECRET_TOO_SHORT);
     * }
     * }</pre>
     *
     * @param secret the secret exactly as the help desk showed it.
     * @throws SecretException {@code secret_missing} for null, {@code secret_empty}, {@code secret_padded},
     *     {@code secret_malformed}, {@code secret_placeholder}, {@code secret_too_short}.
     */
    public Signer(@Nullable String secret) {
        this(passedSecret(secret));
    }

    private Signer(Arguments given) {
        try {
            handle = new Handle("signer", Answers.given(given.answer(Native.createSigner(given.bytes(), given.length()))));
        } finally {
            given.wipe();
        }
    }

    /**
     * Reads the secret from an environment variable.
     *
     * @param names the variables for the same secret. The first one that is set is read.
     * @return the signer.
     * @throws SecretException {@code secret_missing} if no variable is set, {@code secret_public} if bundlers ship a variable
     *     of that name to browsers, {@code secret_conflict} if two variables are set and differ, and the codes of
     *     {@link #Signer(String)}.
     */
    public static Signer fromEnv(String... names) {
        return new Signer(namedSecret(names));
    }

    /** Returns no names of variables, and the secret. */
    static Arguments passedSecret(@Nullable String secret) {
        Arguments given = new Arguments().texts(List.of());
        int start = given.beginList();
        return given.optionalText(secret).endList(start);
    }

    /** Returns the names of the variables, and their values. */
    static Arguments namedSecret(String... names) {
        Arguments given = new Arguments();
        int start = given.beginList();
        for (String name : names) {
            given.text("name", name);
        }
        given.endList(start);
        int startOfValues = given.beginList();
        for (String name : names) {
            given.optionalText(System.getenv(name));
        }
        return given.endList(startOfValues);
    }

    /**
     * Signs the canonical form of the signed-in customer's e-mail (SPEC 3). Put both parts of the result into the page.
     *
     * <pre>{@code
     * SignedEmail signed = new Signer(Deskseal.generateSecret()).signEmail("  Ada@Example.com ");
     * assert signed.email().equals("ada@example.com") && signed.signature().length() == 64;
     * }</pre>
     *
     * @param email the e-mail, which your sign-in has verified.
     * @return the canonical e-mail and its signature.
     * @throws InputException {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous}.
     */
    public SignedEmail signEmail(String email) {
        Arguments given = new Arguments().text("email", email);
        byte[] answer = handle.given(given.answer(Native.signEmail(handle.value(), given.bytes(), given.length())));
        return new SignedEmail(Answers.afterSignature(answer), Answers.signature(answer));
    }

    /**
     * Signs a user id for a portal, at the current time (SPEC 4).
     *
     * @param portalHost the portal's bare host.
     * @param userId the customer's permanent id, used exactly as given.
     * @return the user id, the time and the signature.
     * @throws InputException {@code host_malformed}, {@code user_id_empty}, {@code user_id_too_long},
     *     {@code user_id_malformed}.
     */
    public SignedUser signUser(String portalHost, String userId) {
        return signUserAt(portalHost, userId, Arguments.now());
    }

    /**
     * Signs a user id for a portal (SPEC 4).
     *
     * <pre>{@code
     * Signer signer = new Signer(Deskseal.generateSecret());
     * SignedUser signed = signer.signUser("help.company.com", "user-42", Instant.ofEpochSecond(1767225600));
     * assert signed.timestamp() == 1767225600;
     * }</pre>
     *
     * @param portalHost the portal's bare host.
     * @param userId the customer's permanent id, used exactly as given.
     * @param timestamp when the user is signed. A fraction of a second is dropped.
     * @return the user id, the time and the signature.
     * @throws InputException {@code host_malformed}, {@code user_id_empty}, {@code user_id_too_long},
     *     {@code user_id_malformed}, {@code timestamp_malformed}.
     */
    public SignedUser signUser(String portalHost, String userId, Instant timestamp) {
        return signUserAt(portalHost, userId, Arguments.required("timestamp", timestamp).getEpochSecond());
    }

    private SignedUser signUserAt(String portalHost, String userId, long timestamp) {
        Arguments given = new Arguments().text("portalHost", portalHost).text("userId", userId).integer(timestamp);
        byte[] answer = handle.given(given.answer(Native.signUser(handle.value(), given.bytes(), given.length())));
        return new SignedUser(Answers.afterSignature(answer), timestamp, Answers.signature(answer));
    }

    /**
     * Returns the signed link to a portal's form, at the current time (SPEC 4.5). A link expires after five minutes, so sign
     * when the customer clicks.
     *
     * <pre>{@code
     * String link = new Signer(Deskseal.generateSecret()).portalLink("https://help.company.com", "user-42");
     * assert link.startsWith("https://help.company.com/submit-ticket?user_id=user-42&");
     * }</pre>
     *
     * @param portalUrl the portal's absolute https URL. Its path, query and fragment are replaced.
     * @param userId the customer's permanent id, used exactly as given.
     * @return the link.
     * @throws InputException {@code portal_url_malformed}, {@code portal_url_insecure}, {@code user_id_empty},
     *     {@code user_id_too_long}, {@code user_id_malformed}.
     */
    public String portalLink(String portalUrl, String userId) {
        return portalLinkAt(portalUrl, userId, Arguments.now());
    }

    /**
     * Returns the signed link to a portal's form (SPEC 4.5).
     *
     * @param portalUrl the portal's absolute https URL. Its path, query and fragment are replaced.
     * @param userId the customer's permanent id, used exactly as given.
     * @param timestamp when the link is signed. A fraction of a second is dropped.
     * @return the link.
     * @throws InputException {@code portal_url_malformed}, {@code portal_url_insecure}, {@code user_id_empty},
     *     {@code user_id_too_long}, {@code user_id_malformed}, {@code timestamp_malformed}.
     */
    public String portalLink(String portalUrl, String userId, Instant timestamp) {
        return portalLinkAt(portalUrl, userId, Arguments.required("timestamp", timestamp).getEpochSecond());
    }

    private String portalLinkAt(String portalUrl, String userId, long timestamp) {
        Arguments given = new Arguments().text("portalUrl", portalUrl).text("userId", userId).integer(timestamp);
        return Answers.text(handle.given(given.answer(Native.portalLink(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Returns the Ticket Center's markup for the signed-in customer, with the usual options (SPEC 6).
     *
     * @param email the e-mail, which your sign-in has verified.
     * @param helpdeskId the help desk's id.
     * @return the markup.
     * @throws InputException {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code helpdesk_id_malformed}.
     */
    public Embed ticketCenter(String email, String helpdeskId) {
        return ticketCenter(email, helpdeskId, new TicketCenterOptions());
    }

    /**
     * Returns the Ticket Center's markup for the signed-in customer (SPEC 6).
     *
     * <pre>{@code
     * var options = new TicketCenterOptions().align("left");
     * Embed embed = new Signer(Deskseal.generateSecret()).ticketCenter("ada@example.com", "desk-1", options);
     * assert embed.attributes().get("data-align").equals("left");
     * }</pre>
     *
     * @param email the e-mail, which your sign-in has verified.
     * @param helpdeskId the help desk's id.
     * @param options how the widget looks.
     * @return the markup.
     * @throws InputException {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code helpdesk_id_malformed}, {@code embed_option_malformed}.
     */
    public Embed ticketCenter(String email, String helpdeskId, TicketCenterOptions options) {
        Arguments given = new Arguments().text("email", email).text("helpdeskId", helpdeskId);
        addEmbed(given, options);
        return Answers.embed(handle.given(given.answer(Native.ticketCenter(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Returns what browser code needs to start the customer's Ticket Center (SPEC 6.4).
     *
     * @param email the e-mail, which your sign-in has verified.
     * @param helpdeskId the help desk's id.
     * @return the canonical e-mail, its signature and the id.
     * @throws InputException {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code helpdesk_id_malformed}.
     */
    public Identity identity(String email, String helpdeskId) {
        Arguments given = new Arguments().text("email", email).text("helpdeskId", helpdeskId);
        byte[] answer = handle.given(given.answer(Native.identity(handle.value(), given.bytes(), given.length())));
        String rest = Answers.afterSignature(answer);
        int end = rest.indexOf(' ');
        return new Identity(rest.substring(end + 1), Answers.signature(answer), rest.substring(0, end));
    }

    /**
     * Returns an identity token (SPEC 12). The signer's secret must be for identity tokens only, and have 32 bytes or more.
     *
     * <pre>{@code
     * Signer signer = new Signer(Deskseal.generateSecret());
     * var options = new IdentityTokenOptions().userId("user-42").attributes(Map.of("plan", "pro", "seats", 5));
     * assert signer.identityToken("desk-1", options).startsWith("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
     * }</pre>
     *
     * @param audience the help desk's id or the portal's bare host.
     * @param options what the token says: a user id, a proved e-mail, or both.
     * @return the token.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException {@code helpdesk_id_malformed}, {@code host_malformed},
     *     {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code user_id_empty}, {@code user_id_too_long}, {@code user_id_malformed}, {@code identity_token_claim},
     *     {@code timestamp_malformed}.
     * @throws IllegalArgumentException if an attribute is of another type.
     */
    public String identityToken(String audience, IdentityTokenOptions options) {
        Arguments given = new Arguments().text("audience", audience);
        addClaims(given, options);
        return Answers.text(handle.given(given.answer(Native.identityToken(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Returns the Ticket Center's markup with an identity token and the usual options (SPEC 12.7).
     *
     * @param helpdeskId the help desk's id.
     * @param token what the token says.
     * @return the markup.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException the codes of {@link #identityToken}, but for {@code host_malformed}.
     * @throws IllegalArgumentException if an attribute is of another type.
     */
    public Embed ticketCenterWithToken(String helpdeskId, IdentityTokenOptions token) {
        return ticketCenterWithToken(helpdeskId, token, new TicketCenterOptions());
    }

    /**
     * Returns the Ticket Center's markup with an identity token (SPEC 12.7).
     *
     * <pre>{@code
     * var token = new IdentityTokenOptions().userId("user-42");
     * var options = new TicketCenterOptions().align("left");
     * Embed embed = new Signer(Deskseal.generateSecret()).ticketCenterWithToken("desk-1", token, options);
     * assert embed.attributes().containsKey("data-identity");
     * }</pre>
     *
     * @param helpdeskId the help desk's id.
     * @param token what the token says.
     * @param options how the widget looks.
     * @return the markup.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException the codes of {@link #identityToken}, but for {@code host_malformed}, and
     *     {@code embed_option_malformed}.
     * @throws IllegalArgumentException if an attribute is of another type.
     */
    public Embed ticketCenterWithToken(String helpdeskId, IdentityTokenOptions token, TicketCenterOptions options) {
        Arguments given = new Arguments().text("helpdeskId", helpdeskId);
        addClaims(given, token);
        addEmbed(given, options);
        return Answers.embed(
                handle.given(given.answer(Native.ticketCenterWithToken(handle.value(), given.bytes(), given.length()))));
    }

    /**
     * Returns the link to a portal's form with an identity token (SPEC 12.7).
     *
     * <pre>{@code
     * var options = new PortalLinkWithTokenOptions().userId("user-42");
     * String link = new Signer(Deskseal.generateSecret()).portalLinkWithToken("https://help.company.com", options);
     * assert link.startsWith("https://help.company.com/submit-ticket?identity=");
     * }</pre>
     *
     * @param portalUrl the portal's absolute https URL. Its path, query and fragment are replaced.
     * @param options what the token says.
     * @return the link.
     * @throws SecretException {@code secret_too_short}.
     * @throws InputException {@code portal_url_malformed}, {@code portal_url_insecure},
     *     {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous},
     *     {@code user_id_empty}, {@code user_id_too_long}, {@code user_id_malformed}, {@code identity_token_claim},
     *     {@code timestamp_malformed}.
     */
    public String portalLinkWithToken(String portalUrl, PortalLinkWithTokenOptions options) {
        Arguments.required("options", options);
        Arguments given = new Arguments()
                .text("portalUrl", portalUrl)
                .optionalText(options.email)
                .flag(options.emailVerified)
                .optionalText(options.userId)
                .optionalText(options.tokenId)
                .optionalInteger(options.expiresIn)
                .timeOrNow(options.now);
        return Answers.text(handle.given(given.answer(Native.portalLinkWithToken(handle.value(), given.bytes(), given.length()))));
    }

    /** Adds a token's claims and time. In place of the random bytes, which the native library makes itself, is none. */
    private static void addClaims(Arguments given, IdentityTokenOptions options) {
        Arguments.required("options", options);
        given.optionalText(options.email)
                .flag(options.emailVerified)
                .optionalText(options.userId)
                .optionalText(options.name)
                .attributes(options.attributes)
                .optionalText(options.tokenId)
                .optionalInteger(options.expiresIn)
                .timeOrNow(options.now)
                .none();
    }

    private static void addEmbed(Arguments given, TicketCenterOptions options) {
        Arguments.required("options", options);
        given.optionalText(options.align)
                .optionalText(options.maxWidth)
                .optionalText(options.container)
                .optionalText(options.scriptUrl)
                .flag(options.crossorigin)
                .optionalText(options.nonce);
    }

    /** Overwrites the secret. Later calls throw an {@link IllegalStateException}. */
    @Override
    public void close() {
        handle.close();
    }

    /** Returns the class's name. */
    @Override
    public String toString() {
        return "com.deskseal.Signer";
    }
}
