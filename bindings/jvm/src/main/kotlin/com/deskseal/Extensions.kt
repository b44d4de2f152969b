@file:JvmName("DesksealKotlin")

package com.deskseal

import java.time.Instant
import java.util.Optional

// Kotlin cannot name the arguments of Java's methods. These functions have the same names, with named arguments and
// defaults. Null stands for the default. The methods in Java say which codes a call can give.

/** Makes a [Verifier] with replaced secrets, and with a tolerance in seconds. */
public fun Verifier(
    secret: String?,
    previous: List<PreviousSecret> = emptyList(),
    tolerance: Long? = null,
): Verifier = Verifier(secret, verifierOptions(previous, tolerance))

/** Makes a [Verifier] whose secret is in an environment variable: the first one that is set. */
public fun verifierFromEnv(
    vararg names: String,
    previous: List<PreviousSecret> = emptyList(),
    tolerance: Long? = null,
): Verifier = Verifier.fromEnv(verifierOptions(previous, tolerance), *names)

/** Signs a user id for a portal. See [Signer.signUser]. */
public fun Signer.signUser(portalHost: String, userId: String, timestamp: Instant? = null): SignedUser =
    if (timestamp == null) signUser(portalHost, userId) else signUser(portalHost, userId, timestamp)

/** Returns the signed link to a portal's form. See [Signer.portalLink]. */
public fun Signer.portalLink(portalUrl: String, userId: String, timestamp: Instant? = null): String =
    if (timestamp == null) portalLink(portalUrl, userId) else portalLink(portalUrl, userId, timestamp)

/** Returns the Ticket Center's markup. See [Signer.ticketCenter]. */
public fun Signer.ticketCenter(
    email: String,
    helpdeskId: String,
    align: String? = null,
    maxWidth: String? = null,
    container: String? = null,
    scriptUrl: String? = null,
    crossorigin: Boolean = false,
    nonce: String? = null,
): Embed = ticketCenter(
    email,
    helpdeskId,
    embedOptions(align, maxWidth, container, scriptUrl, crossorigin, nonce),
)

/** Returns an identity token. See [Signer.identityToken]. */
public fun Signer.identityToken(
    audience: String,
    email: String? = null,
    emailVerified: Boolean = true,
    userId: String? = null,
    name: String? = null,
    attributes: Map<String, Any>? = null,
    tokenId: String? = null,
    expiresIn: Long? = null,
    now: Instant? = null,
): String = identityToken(
    audience,
    tokenOptions(email, emailVerified, userId, name, attributes, tokenId, expiresIn, now),
)

/** Returns the Ticket Center's markup with an identity token. See [Signer.ticketCenterWithToken]. */
public fun Signer.ticketCenterWithToken(
    helpdeskId: String,
    email: String? = null,
    emailVerified: Boolean = true,
    userId: String? = null,
    name: String? = null,
    attributes: Map<String, Any>? = null,
    tokenId: String? = null,
    expiresIn: Long? = null,
    now: Instant? = null,
    align: String? = null,
    maxWidth: String? = null,
    container: String? = null,
    scriptUrl: String? = null,
    crossorigin: Boolean = false,
    nonce: String? = null,
): Embed = ticketCenterWithToken(
    helpdeskId,
    tokenOptions(email, emailVerified, userId, name, attributes, tokenId, expiresIn, now),
    embedOptions(align, maxWidth, container, scriptUrl, crossorigin, nonce),
)

/** Returns the link to a portal's form with an identity token. See [Signer.portalLinkWithToken]. */
public fun Signer.portalLinkWithToken(
    portalUrl: String,
    email: String? = null,
    emailVerified: Boolean = true,
    userId: String? = null,
    tokenId: String? = null,
    expiresIn: Long? = null,
    now: Instant? = null,
): String {
    val options = PortalLinkWithTokenOptions()
        .email(email).emailVerified(emailVerified).userId(userId).tokenId(tokenId).now(now)
    if (expiresIn != null) options.expiresIn(expiresIn)
    return portalLinkWithToken(portalUrl, options)
}

/** Verifies an e-mail and its signature. See [Verifier.verifyEmail]. */
public fun Verifier.verifyEmail(email: String, signature: String, now: Instant? = null): VerifiedEmail =
    if (now == null) verifyEmail(email, signature) else verifyEmail(email, signature, now)

/** Verifies the parts of a signed link. See [Verifier.verifyUser]. */
public fun Verifier.verifyUser(
    portalHost: String,
    userId: String,
    timestamp: String,
    signature: String,
    now: Instant? = null,
): VerifiedUser {
    val claim = UserClaim().portalHost(portalHost).userId(userId).timestamp(timestamp).signature(signature)
    return if (now == null) verifyUser(claim) else verifyUser(claim, now)
}

/** Verifies the URL of a request to the portal's form. See [Verifier.verifyLink]. */
public fun Verifier.verifyLink(portalHost: String, url: String, now: Instant? = null): Optional<VerifiedUser> =
    if (now == null) verifyLink(portalHost, url) else verifyLink(portalHost, url, now)

/** Verifies an identity token. See [Verifier.verifyIdentityToken]. */
public fun Verifier.verifyIdentityToken(audience: String, token: String, now: Instant? = null): VerifiedIdentity =
    if (now == null) verifyIdentityToken(audience, token) else verifyIdentityToken(audience, token, now)

/** Says why an e-mail signature is invalid. See [Verifier.explainEmail]. */
public fun Verifier.explainEmail(
    email: String,
    signature: String,
    otherSecrets: List<String?> = emptyList(),
    now: Instant? = null,
): Explanation = explainEmail(email, signature, ExplainOptions().otherSecrets(otherSecrets).now(now))

/** Says why a link is invalid. See [Verifier.explainLink]. */
public fun Verifier.explainLink(
    portalHost: String,
    url: String,
    otherSecrets: List<String?> = emptyList(),
    now: Instant? = null,
): Explanation = explainLink(portalHost, url, ExplainOptions().otherSecrets(otherSecrets).now(now))

/** Says why an identity token is invalid. See [Verifier.explainIdentityToken]. */
public fun Verifier.explainIdentityToken(
    audience: String,
    token: String,
    otherSecrets: List<String?> = emptyList(),
    now: Instant? = null,
): Explanation = explainIdentityToken(audience, token, ExplainOptions().otherSecrets(otherSecrets).now(now))

private fun verifierOptions(previous: List<PreviousSecret>, tolerance: Long?): VerifierOptions {
    val options = VerifierOptions().previous(previous)
    if (tolerance != null) options.tolerance(tolerance)
    return options
}

private fun embedOptions(
    align: String?,
    maxWidth: String?,
    container: String?,
    scriptUrl: String?,
    crossorigin: Boolean,
    nonce: String?,
): TicketCenterOptions = TicketCenterOptions()
    .align(align).maxWidth(maxWidth).container(container).scriptUrl(scriptUrl).crossorigin(crossorigin).nonce(nonce)

private fun tokenOptions(
    email: String?,
    emailVerified: Boolean,
    userId: String?,
    name: String?,
    attributes: Map<String, Any>?,
    tokenId: String?,
    expiresIn: Long?,
    now: Instant?,
): IdentityTokenOptions {
    val options = IdentityTokenOptions()
        .email(email).emailVerified(emailVerified).userId(userId).name(name).attributes(attributes).tokenId(tokenId)
        .now(now)
    if (expiresIn != null) options.expiresIn(expiresIn)
    return options
}
