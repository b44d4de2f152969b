package com.deskseal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The functions that need no secret.
 *
 * <pre>{@code
 * String secret = Deskseal.generateSecret();
 * SignedEmail signed = new Signer(secret).signEmail("Ada@Example.com");
 * VerifiedEmail verified = new Verifier(secret).verifyEmail(signed.email(), signed.signature());
 * assert verified.email().equals("ada@example.com");
 * }</pre>
 */
public final class Deskseal {
    private Deskseal() {}

    /**
     * Returns the canonical form of an e-mail, which is signed: trimmed and in lower case (SPEC 3.1).
     *
     * <pre>{@code
     * assert Deskseal.canonicalEmail("  Ada@Example.com ").equals("ada@example.com");
     * }</pre>
     *
     * @param email the e-mail as the customer typed it.
     * @return the canonical e-mail.
     * @throws InputException {@code email_empty}, {@code email_too_long}, {@code email_malformed}, {@code email_ambiguous}.
     */
    public static String canonicalEmail(String email) {
        Arguments given = new Arguments().text("email", email);
        return Answers.text(Answers.given(given.answer(Native.canonicalEmail(given.bytes(), given.length()))));
    }

    /**
     * Returns the canonical form of a portal's host, as browsers write it (SPEC 4.1).
     *
     * <pre>{@code
     * assert Deskseal.canonicalHost("HELP.Company.com").equals("help.company.com");
     * }</pre>
     *
     * @param host the host, without scheme, port and path.
     * @return the canonical host.
     * @throws InputException {@code host_malformed}. If the text is a URL or has a port, the message names the right value.
     */
    public static String canonicalHost(String host) {
        Arguments given = new Arguments().text("host", host);
        return Answers.text(Answers.given(given.answer(Native.canonicalHost(given.bytes(), given.length()))));
    }

    /**
     * Returns a new secret: {@code dsk_secret_} and 256 bits from the operating system (SPEC 2.4).
     *
     * <pre>{@code
     * assert Deskseal.generateSecret().startsWith("dsk_secret_");
     * }</pre>
     *
     * @return the secret, of 54 characters.
     */
    public static String generateSecret() {
        Arguments none = new Arguments();
        byte[] answer = Answers.given(none.answer(Native.generateSecret(none.bytes(), none.length())));
        String secret = Answers.text(answer);
        Arrays.fill(answer, (byte) 0);
        return secret;
    }

    /**
     * Returns the URL of a portal's form for anonymous visitors (SPEC 4.5).
     *
     * <pre>{@code
     * assert Deskseal.publicFormUrl("https://help.company.com").equals("https://help.company.com/submit-ticket");
     * }</pre>
     *
     * @param portalUrl the portal's absolute https URL. Its path, query and fragment are replaced.
     * @return the form's URL.
     * @throws InputException {@code portal_url_malformed}, {@code portal_url_insecure}.
     */
    public static String publicFormUrl(String portalUrl) {
        Arguments given = new Arguments().text("portalUrl", portalUrl);
        return Answers.text(Answers.given(given.answer(Native.publicFormUrl(given.bytes(), given.length()))));
    }

    /**
     * Returns the canonical host of a portal's URL. Pass it to the verifier (SPEC 4.2).
     *
     * <pre>{@code
     * assert Deskseal.portalHost("https://HELP.company.com/submit-ticket").equals("help.company.com");
     * }</pre>
     *
     * @param portalUrl the portal's absolute https URL.
     * @return the host.
     * @throws InputException {@code portal_url_malformed}, {@code portal_url_insecure}.
     */
    public static String portalHost(String portalUrl) {
        Arguments given = new Arguments().text("portalUrl", portalUrl);
        return Answers.text(Answers.given(given.answer(Native.portalHost(given.bytes(), given.length()))));
    }

    /**
     * Returns the response of a route that redirects to the portal, if the request is not a customer's click: for example a
     * prefetch, or a request of htmx or Turbo (SPEC 6.5). Sign the link for clicks only.
     *
     * <pre>{@code
     * var prefetch = Map.of("Purpose", List.of("prefetch"));
     * assert Deskseal.responseUnlessClick("/help", prefetch).orElseThrow().status() == 403;
     * var click = Map.of("Sec-Fetch-Mode", List.of("navigate"));
     * assert Deskseal.responseUnlessClick("/help", click).isEmpty();
     * }</pre>
     *
     * @param target the request's path and query.
     * @param headers the request's headers: values by name, in any letter case.
     * @return the response, or nothing for a click.
     */
    public static Optional<HttpResponse> responseUnlessClick(
            String target, Map<String, ? extends List<String>> headers) {
        Arguments given = new Arguments();
        int start = given.beginList();
        given.text("target", target).endList(start);
        int startOfHeaders = given.beginList();
        Arguments.required("headers", headers).forEach((name, values) -> {
            if (Contract.CLICK_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                given.text(name, name).text(name, String.join(", ", values));
            }
        });
        given.endList(startOfHeaders);
        byte[] answer = Answers.checked(given.answer(Native.responseUnlessClick(given.bytes(), given.length())));
        return answer == null ? Optional.empty() : Optional.of(Answers.httpResponse(answer));
    }
}
