/**
 * Sign and verify who a logged-in customer is, for embedded help desks.
 *
 * A product's server signs the customer's identity with a secret that it shares with the help desk.
 * There are two signatures, each with a secret of its own: the e-mail signature of an embedded Ticket
 * Center, and the link signature of a ticket portal. An identity token, with a third secret, can take the
 * place of both: it has an expiry, and names a customer by a permanent id. The rules are in Deskseal's specification: "SPEC 3.1"
 * here means its section 3.1.
 */

import type {
  ErrorCode,
  FindingCode,
  InputErrorCode,
  SecretErrorCode,
  VerificationErrorCode,
} from './codes.cjs'

export type {
  ErrorCode,
  FindingCode,
  InputErrorCode,
  SecretErrorCode,
  VerificationErrorCode,
} from './codes.cjs'

/** Whole Unix seconds, or a `Date`, which is rounded down to whole seconds. */
export type Time = number | Date

/** A secret's text. You may pass an unset variable: `undefined` and `null` throw `secret_missing`. */
export type Secret = string | null | undefined

/**
 * Returns the canonical form of an e-mail, which is signed: trimmed and in lower case (SPEC 3.1).
 *
 * @param email The customer's e-mail, as stored or typed.
 * @throws {InputError} `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.
 * @example
 * assert.equal(canonicalEmail('  Ada@Example.com '), 'ada@example.com')
 */
export function canonicalEmail(email: string): string

/**
 * Returns the canonical form of a portal's host, as browsers write it (SPEC 4.1).
 *
 * @param host A bare host: no scheme, port or path.
 * @throws {InputError} `host_malformed`. If the text is a URL or has a port, the message names the right value.
 * @example
 * assert.equal(canonicalHost('HELP.Bücher.example'), 'help.xn--bcher-kva.example')
 */
export function canonicalHost(host: string): string

/**
 * Returns a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
 *
 * @example
 * const signer = new Signer(generateSecret())
 */
export function generateSecret(): string

/**
 * Returns the URL of a portal's form for anonymous visitors (SPEC 4.5).
 *
 * @param portalUrl The portal's `https` URL; its path, query and fragment are replaced.
 * @throws {InputError} `portal_url_malformed`, `portal_url_insecure`.
 * @example
 * assert.equal(
 *   publicFormUrl('https://help.company.com'),
 *   'https://help.company.com/submit-ticket',
 * )
 */
export function publicFormUrl(portalUrl: string): string

/**
 * Returns the canonical host of a portal's URL. Pass it to the verifier (SPEC 4.2).
 *
 * @param portalUrl The portal's `https` URL.
 * @throws {InputError} `portal_url_malformed`, `portal_url_insecure`.
 * @example
 * assert.equal(portalHost('https://HELP.company.com/submit-ticket'), 'help.company.com')
 */
export function portalHost(portalUrl: string): string

/**
 * Returns the response of a route that redirects to the portal, if the request is not a customer's click:
 * for example a prefetch, or a request of htmx or Turbo (SPEC 6.5). The result is `null` for a click. Sign
 * the link for clicks only.
 *
 * @param target The request's path and query.
 * @param headers The request's headers by name, in any case, as `request.headers` of `node:http` has them.
 * @example
 * assert.equal(responseUnlessClick('/help', { 'sec-fetch-mode': 'navigate' }), null)
 * assert.equal(responseUnlessClick('/help', { purpose: 'prefetch' })?.status, 403)
 */
export function responseUnlessClick(target: string, headers: RequestHeaders): HttpResponse | null

/**
 * Signs identities with one secret. Make one when the application starts.
 *
 * The secret is never shown, by `console.log`, `JSON.stringify` or `structuredClone`.
 *
 * @example
 * const signer = new Signer(secret)
 * assert.equal(signer.signEmail('Ada@Example.com').email, 'ada@example.com')
 */
export class Signer {
  #native

  /**
   * Checks and keeps the secret to sign with (SPEC 2.2).
   *
   * @param secret The secret's text, exactly as the help desk showed it.
   * @throws {SecretError} `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
   * `secret_placeholder`, `secret_too_short`.
   */
  constructor(secret: Secret)

  /**
   * Reads the secret from `process.env`, or from `options.env`, such as a Worker's `env`.
   *
   * @param name The variable's name, or several names for the same secret: the first that is set is read.
   * @throws {SecretError} `secret_public` if bundlers ship a variable of that name to browsers,
   * `secret_conflict` if two variables are set and differ, and those of the constructor.
   * @example
   * process.env.HELPDESKY_HMAC_SECRET = generateSecret()
   * const signer = Signer.fromEnv('HELPDESKY_HMAC_SECRET')
   */
  static fromEnv(name: string | readonly string[], options?: EnvironmentOptions): Signer

  /**
   * Signs the canonical form of an e-mail (SPEC 3). Put both fields of the result into the page.
   *
   * @param email The signed-in customer's e-mail.
   * @throws {InputError} `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.
   * @example
   * assert.deepEqual(signer.signEmail('  Ada@Example.com '), {
   *   email: 'ada@example.com',
   *   signature: '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92',
   * })
   */
  signEmail(email: string): SignedEmail

  /**
   * Signs a user id for a portal (SPEC 4.6). For a whole link, use {@link Signer.portalLink}.
   *
   * @param portalHost The portal's bare host.
   * @param userId The customer's id, used exactly as given.
   * @throws {InputError} `host_malformed`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
   * `timestamp_malformed`.
   * @example
   * const signed = signer.signUser('help.company.com', 'user-42', { timestamp: 1767225600 })
   * assert.equal(
   *   signed.signature,
   *   'ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364',
   * )
   */
  signUser(portalHost: string, userId: string, options?: SignUserOptions): SignedUser

  /**
   * Returns the link that takes a customer to the portal's form, signed in (SPEC 4.5). Make it when
   * the customer clicks: it is valid for minutes.
   *
   * @param portalUrl The portal's `https` URL; its path, query and fragment are replaced.
   * @param userId The customer's id, used exactly as given.
   * @throws {InputError} `portal_url_malformed`, `portal_url_insecure`, `user_id_empty`,
   * `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`.
   * @example
   * const link = new URL(signer.portalLink('https://help.company.com', 'user-42'))
   * assert.equal(link.pathname, '/submit-ticket')
   */
  portalLink(portalUrl: string, userId: string, options?: PortalLinkOptions): string

  /**
   * Returns the markup that shows the customer's Ticket Center (SPEC 6).
   *
   * @param email The signed-in customer's e-mail.
   * @param helpdeskId The help desk's id, from its dashboard.
   * @throws {InputError} those of {@link Signer.signEmail}, `helpdesk_id_malformed`,
   * `embed_option_malformed`.
   * @example
   * const embed = signer.ticketCenter('Ada@Example.com', 'desk-1', { align: 'left' })
   * assert.equal(embed.attributes['data-align'], 'left')
   * assert.match(embed.html, /^<div id="hdh-ticket-center"><\/div>\n<script src="https:/)
   */
  ticketCenter(email: string, helpdeskId: string, options?: TicketCenterOptions): Embed

  /**
   * Signs an e-mail for browser code that starts the Ticket Center itself (SPEC 6.4).
   *
   * @param email The signed-in customer's e-mail.
   * @param helpdeskId The help desk's id, from its dashboard.
   * @throws {InputError} those of {@link Signer.signEmail}, `helpdesk_id_malformed`.
   * @example
   * const identity = signer.identity('Ada@Example.com', 'desk-1')
   * assert.equal(identity.email, 'ada@example.com')
   */
  identity(email: string, helpdeskId: string): Identity

  /**
   * Returns an identity token, which names the customer for one desk or portal until it expires (SPEC 12).
   * Any JWT library can verify it. The signer's secret must be for identity tokens only.
   *
   * @param audience The help desk's id, or the portal's bare host.
   * @param options Who the customer is: `userId`, a proved `email`, or both are required.
   * @throws {SecretError} `secret_too_short` under 32 bytes.
   * @throws {InputError} `helpdesk_id_malformed` or `host_malformed` for the audience; `email_empty`,
   * `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
   * `user_id_malformed`; `identity_token_claim` for any other option, and if no option identifies the
   * customer; `timestamp_malformed` for `now`.
   * @example
   * const token = signer.identityToken('desk-1', { userId: 'user-42', name: 'Ada Lovelace' })
   * assert.equal(verifier.verifyIdentityToken('desk-1', token).name, 'Ada Lovelace')
   */
  identityToken(audience: string, options?: IdentityTokenOptions): string

  /**
   * Returns the markup that shows the customer's Ticket Center, with an identity token (SPEC 12.7).
   *
   * @param helpdeskId The help desk's id, from its dashboard.
   * @param options Those of {@link Signer.identityToken} and {@link Signer.ticketCenter}.
   * @throws {SecretError} `secret_too_short` under 32 bytes.
   * @throws {InputError} those of {@link Signer.identityToken}, then `embed_option_malformed`.
   * @example
   * const embed = signer.ticketCenterWithToken('desk-1', { userId: 'user-42', align: 'left' })
   * assert.match(embed.attributes['data-identity'], /^eyJ/)
   */
  ticketCenterWithToken(helpdeskId: string, options?: TicketCenterWithTokenOptions): Embed

  /**
   * Returns the link that takes a customer to the portal's form, signed in by an identity token (SPEC 12.7).
   * Make it when the customer clicks: it is valid for minutes. Links are logged, so the token has no name and
   * no attributes.
   *
   * @param portalUrl The portal's `https` URL; its path, query and fragment are replaced.
   * @param options Who the customer is: `userId`, a proved `email`, or both are required.
   * @throws {SecretError} `secret_too_short` under 32 bytes.
   * @throws {InputError} `portal_url_malformed`, `portal_url_insecure`, and those of
   * {@link Signer.identityToken}.
   * @example
   * const link = signer.portalLinkWithToken('https://help.company.com', { userId: 'user-42' })
   * assert.match(new URL(link).searchParams.get('identity'), /^eyJ/)
   */
  portalLinkWithToken(portalUrl: string, options?: PortalLinkWithTokenOptions): string
}

/**
 * Verifies identities with a current secret and any number of previous ones. Make one when the
 * application starts.
 *
 * The secrets are never shown, by `console.log`, `JSON.stringify` or `structuredClone`.
 *
 * @example
 * const { email, signature } = signer.signEmail('Ada@Example.com')
 * assert.equal(new Verifier(secret).verifyEmail(email, signature).email, 'ada@example.com')
 */
export class Verifier {
  #native

  /**
   * Checks and keeps the current and the previous secrets, and the tolerance (SPEC 2.6, 5.2).
   *
   * @param secret The current secret's text.
   * @throws {SecretError} `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
   * `secret_placeholder`, `secret_too_short`, `secret_expiry_malformed`.
   * @throws {InputError} `tolerance_malformed`.
   */
  constructor(secret: Secret, options?: VerifierOptions)

  /**
   * Reads the current secret from `process.env`, or from `options.env`, such as a Worker's `env`.
   *
   * @param name The variable's name, or several names for the same secret: the first that is set is read.
   * @throws {SecretError} `secret_public` if bundlers ship a variable of that name to browsers,
   * `secret_conflict` if two variables are set and differ, and those of the constructor.
   * @throws {InputError} `tolerance_malformed`.
   * @example
   * process.env.HELPDESKY_HMAC_SECRET = generateSecret()
   * const verifier = Verifier.fromEnv('HELPDESKY_HMAC_SECRET', { tolerance: 60 })
   */
  static fromEnv(
    name: string | readonly string[],
    options?: VerifierOptions & EnvironmentOptions,
  ): Verifier

  /**
   * Verifies an e-mail signature (SPEC 5.1).
   *
   * @param email The e-mail, as received.
   * @param signature The signature, as received.
   * @throws {VerificationError} `email_empty`, `email_too_long`, `email_malformed`,
   * `email_ambiguous`, `signature_malformed`, `signature_mismatch`.
   * @throws {InputError} `timestamp_malformed` for `now`.
   * @example
   * const { email, signature } = signer.signEmail('Ada@Example.com')
   * assert.deepEqual(verifier.verifyEmail(email, signature), {
   *   email: 'ada@example.com',
   *   secretIndex: 0,
   * })
   */
  verifyEmail(email: string, signature: string, options?: VerifyEmailOptions): VerifiedEmail

  /**
   * Verifies a link signature whose parts were already taken from the request (SPEC 5.2). Prefer
   * {@link Verifier.verifyLink}, which also rejects repeated and missing parameters.
   *
   * @param claim The portal's host and the visitor's claim. They are passed by name, since four texts are
   * easily swapped.
   * @throws {VerificationError} `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
   * `timestamp_malformed`, `signature_malformed`, `signature_mismatch`, `timestamp_expired`,
   * `timestamp_in_future`.
   * @throws {InputError} `host_malformed`, and `timestamp_malformed` for `now`.
   * @example
   * const verified = verifier.verifyUser({
   *   portalHost: 'help.company.com',
   *   userId: 'user-42',
   *   timestamp: '1767225600',
   *   signature: 'ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364',
   *   now: 1767225660,
   * })
   * assert.equal(verified.userId, 'user-42')
   */
  verifyUser(claim: UserClaim): VerifiedUser

  /**
   * Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2). The result is `null` for an
   * anonymous visitor, whose URL has no identity. That is not an error.
   *
   * @param portalHost The portal's own host. Never take it from the request.
   * @param url The request's URL as received: absolute, or beginning with `/`.
   * @throws {VerificationError} `portal_url_malformed`, `identity_repeated`, `identity_incomplete`,
   * and those of {@link Verifier.verifyUser}.
   * @throws {InputError} `host_malformed`, and `timestamp_malformed` for `now`.
   * @example
   * const link = signer.portalLink('https://help.company.com', 'user-42')
   * assert.equal(verifier.verifyLink('help.company.com', link)?.userId, 'user-42')
   * assert.equal(verifier.verifyLink('help.company.com', '/submit-ticket'), null)
   */
  verifyLink(portalHost: string, url: string, options?: VerifyLinkOptions): VerifiedUser | null

  /**
   * Says why an e-mail signature is invalid (SPEC 8). For the owner of the secret, at a prompt or in a
   * dashboard. Do not call it in a request, and do not show the findings to a visitor.
   *
   * @param email The e-mail.
   * @param signature The signature, in any form.
   * @throws {SecretError} those of the constructor, for `otherSecrets`.
   * @throws {InputError} `email_malformed` for text that is not well-formed Unicode, `timestamp_malformed` for `now`.
   * @throws {VerificationError} `signature_malformed` for text that is not well-formed Unicode.
   * @example
   * // Made from the address as typed, "Ada@example.com".
   * const signature = 'c88bf1261abcf90438b89d19cb9fa35e4104bbc5d17cf90c897d486f65084535'
   * const { findings } = verifier.explainEmail('Ada@example.com', signature)
   * assert.equal(findings[0].code, 'email_not_lowercased')
   */
  explainEmail(email: string, signature: string, options?: ExplainOptions): Explanation

  /**
   * Says why a link is invalid (SPEC 8). For the owner of the secret, at a prompt or in a dashboard. Do not
   * call it in a request, and do not show the findings to a visitor.
   *
   * @param portalHost The portal's bare host.
   * @param url The link, or the request's URL as received.
   * @throws {SecretError} those of the constructor, for `otherSecrets`.
   * @throws {InputError} `host_malformed`, `portal_url_malformed` and `timestamp_malformed`.
   * @example
   * const link = signer.portalLink('https://help.company.com', 'user-42', { timestamp: 1767225600 })
   * const { findings } = verifier.explainLink('help.company.com', link, { now: 1767229201 })
   * assert.equal(findings[0].code, 'link_expired')
   */
  explainLink(portalHost: string, url: string, options?: ExplainOptions): Explanation

  /**
   * Verifies an identity token (SPEC 12.6). Every secret of the verifier must be for identity tokens only.
   *
   * @param audience The verifier's own help desk id or portal host. Never take it from the request.
   * @param token The token, as received.
   * @throws {SecretError} `secret_too_short` under 32 bytes.
   * @throws {InputError} `helpdesk_id_malformed` or `host_malformed` for the audience, and
   * `timestamp_malformed` for `now`.
   * @throws {VerificationError} `identity_token_malformed`, `signature_mismatch`, `identity_token_audience`,
   * `identity_token_claim`, `identity_token_expired`, `identity_token_in_future`, `email_empty`,
   * `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
   * `user_id_malformed`.
   * @example
   * const token = signer.identityToken('desk-1', { userId: 'user-42', attributes: { plan: 'pro' } })
   * const identity = verifier.verifyIdentityToken('desk-1', token)
   * assert.equal(identity.userId, 'user-42')
   * assert.equal(identity.attributes.plan, 'pro')
   */
  verifyIdentityToken(
    audience: string,
    token: string,
    options?: VerifyIdentityTokenOptions,
  ): VerifiedIdentity

  /**
   * Says why an identity token is invalid (SPEC 8). For the owner of the secret, at a prompt or in a
   * dashboard. Do not call it in a request, and do not show the findings to a visitor.
   *
   * @param audience The help desk's id, or the portal's bare host.
   * @param token The token, in any form.
   * @throws {SecretError} `secret_too_short` under 32 bytes, and those of the constructor, for `otherSecrets`.
   * @throws {InputError} `helpdesk_id_malformed` or `host_malformed` for the audience, and
   * `timestamp_malformed` for `now`.
   * @throws {VerificationError} `identity_token_malformed` for text that is not well-formed Unicode.
   * @example
   * const token = signer.identityToken('desk-1', { userId: 'user-42', now: 1767225600 })
   * const { findings } = verifier.explainIdentityToken('desk-1', token, { now: 1767226205 })
   * assert.equal(findings[0].code, 'token_expired')
   */
  explainIdentityToken(audience: string, token: string, options?: ExplainOptions): Explanation
}

/** A request's headers by name, in any letter case. Those that SPEC 6.5 does not list are ignored. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface SignUserOptions {
  /** When the user is signed; now by default. */
  timestamp?: Time | undefined
}

export interface PortalLinkOptions {
  /** When the link is signed; now by default. */
  timestamp?: Time | undefined
}

export interface TicketCenterOptions {
  /** Default `center`. */
  align?: 'left' | 'center' | 'right' | undefined
  /** A positive whole number and `px`, `rem` or `%`; default `864px`. */
  maxWidth?: string | undefined
  /** The id of the container element; default `hdh-ticket-center`. */
  container?: string | undefined
  /** The script's absolute `https` URL; default `https://helpdesky.io/ticket-center.js`. */
  scriptUrl?: string | undefined
  /**
   * Whether the script is loaded with CORS, as a page with `Cross-Origin-Embedder-Policy:
   * require-corp` needs it; default `false`.
   */
  crossorigin?: boolean | undefined
  /** The page's Content-Security-Policy nonce. */
  nonce?: string | undefined
}

export interface IdentityTokenOptions {
  /** The customer's e-mail. */
  email?: string | null | undefined
  /**
   * Whether the product has proved that the customer receives mail at `email`; default `true`. An address that
   * is not proved identifies no customer.
   */
  emailVerified?: boolean | undefined
  /** The customer's permanent id, used exactly as given. */
  userId?: string | null | undefined
  /** The customer's name, 1 to 100 characters. */
  name?: string | null | undefined
  /**
   * What agents see beside the customer: at most 20 texts of 255 bytes, integers or booleans, by names that match
   * `[a-z][a-z0-9_]{0,39}`.
   */
  attributes?: Readonly<Record<string, string | number | boolean>> | null | undefined
  /** The token's id, 1 to 128 visible ASCII characters; random by default. */
  tokenId?: string | null | undefined
  /** For how many seconds the token is valid, 1 to 86400; default 600. */
  expiresIn?: number | undefined
  /** When the token is signed; now by default. */
  now?: Time | undefined
}

export interface TicketCenterWithTokenOptions extends IdentityTokenOptions, TicketCenterOptions {}

export interface PortalLinkWithTokenOptions {
  /** The customer's e-mail. */
  email?: string | null | undefined
  /** Whether the product has proved that the customer receives mail at `email`; default `true`. */
  emailVerified?: boolean | undefined
  /** The customer's permanent id, used exactly as given. */
  userId?: string | null | undefined
  /** The token's id, 1 to 128 visible ASCII characters; random by default. */
  tokenId?: string | null | undefined
  /** For how many seconds the token is valid, 1 to 300; default 300. */
  expiresIn?: number | undefined
  /** When the token is signed; now by default. */
  now?: Time | undefined
}

/** Where `fromEnv` reads variables. */
export interface EnvironmentOptions {
  /** The variables by name; default `process.env`. */
  readonly env?: object | undefined
}

export interface VerifierOptions {
  /** Replaced secrets, each with the time at which it expires; none by default. */
  previous?: readonly (readonly [secret: Secret, expiresAt: Time])[] | undefined
  /** How many seconds a link's timestamp may be from `now`, 0 to 3600; default 300. */
  tolerance?: number | undefined
}

export interface VerifyEmailOptions {
  /** The time that decides which previous secrets are active; now by default. */
  now?: Time | undefined
}

export interface UserClaim {
  /** The portal's own host. Never take it from the request. */
  portalHost: string
  /** The user id, as received. */
  userId: string
  /** The timestamp in written form, as received. */
  timestamp: string
  /** The signature, as received. */
  signature: string
  /** The time to compare with; now by default. */
  now?: Time | undefined
}

export interface VerifyLinkOptions {
  /** The time to compare with; now by default. */
  now?: Time | undefined
}

export interface VerifyIdentityTokenOptions {
  /** The time to compare with; now by default. */
  now?: Time | undefined
}

export interface ExplainOptions {
  /** Other secrets of yours that may have been used by mistake; none by default. */
  otherSecrets?: readonly Secret[] | undefined
  /** The time to compare with; now by default. */
  now?: Time | undefined
}

/** A canonical e-mail and its signature: put both into the page (SPEC 3.2). */
export interface SignedEmail {
  /** The canonical e-mail. */
  readonly email: string
  /** 64 lowercase hexadecimal digits. */
  readonly signature: string
}

/** A user id, when it was signed, and the signature (SPEC 4.6). */
export interface SignedUser {
  /** The user id, as given. */
  readonly userId: string
  /** Unix seconds. */
  readonly timestamp: number
  /** 64 lowercase hexadecimal digits. */
  readonly signature: string
}

/** The Ticket Center's markup for one customer (SPEC 6). */
export interface Embed {
  /** The script tag's attributes, unescaped, in order and without defaults. */
  readonly attributes: Readonly<Record<string, string>>
  /** The container and the script tag, escaped, ready for the page. */
  readonly html: string
}

/** What browser code needs to start the customer's Ticket Center (SPEC 6.4). */
export interface Identity {
  /** The canonical e-mail. */
  readonly email: string
  /** 64 lowercase hexadecimal digits. */
  readonly signature: string
  /** The help desk's id. */
  readonly helpdeskId: string
}

/** The response of a route (SPEC 6.5). */
export interface HttpResponse {
  /** The HTTP status code. */
  readonly status: number
  /** Values by name, in order. */
  readonly headers: Readonly<Record<string, string>>
  /** The body's text. */
  readonly body: string
}

/** A customer whose e-mail was verified (SPEC 5.1). */
export interface VerifiedEmail {
  /** The canonical e-mail. */
  readonly email: string
  /** 0 for the current secret, 1 and up for the previous ones. */
  readonly secretIndex: number
}

/** A customer whose user id was verified (SPEC 5.2). */
export interface VerifiedUser {
  /** The user id, as signed. */
  readonly userId: string
  /** When it was signed, in Unix seconds. */
  readonly timestamp: number
  /** 0 for the current secret, 1 and up for the previous ones. */
  readonly secretIndex: number
}

/** A customer whose identity token was verified (SPEC 12.6). There is a user id, an e-mail, or both. */
export interface VerifiedIdentity {
  /** The canonical e-mail, which the product has proved. */
  readonly email: string | null
  /** The canonical e-mail, if the product has not proved it. It identifies no customer. */
  readonly unverifiedEmail: string | null
  /** The customer's permanent id. */
  readonly userId: string | null
  /** The customer's name. */
  readonly name: string | null
  /** What agents see beside the customer, in the order of the names. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** The token's id. */
  readonly tokenId: string | null
  /** When the token was signed, in Unix seconds. */
  readonly issuedAt: number
  /** When the token expires, in Unix seconds. */
  readonly expiresAt: number
  /** 0 for the current secret, 1 and up for the previous ones. */
  readonly secretIndex: number
}

/** Why a signature or token is invalid (SPEC 8). */
export interface Explanation {
  /** One finding or more. Together they reproduce the signature, unless the last is `unexplained`. */
  readonly findings: readonly [Finding, ...Finding[]]
}

/** One reason, and what to change. */
export interface Finding {
  /** The stable code. */
  readonly code: FindingCode
  /** A sentence that says what to change. It may change between versions. */
  readonly message: string
}

/**
 * The class of all errors of this package. An argument of a wrong type throws a `TypeError` or `RangeError`
 * with Node's own code instead.
 *
 * @example
 * assert.throws(() => new Signer(''), (error) => error instanceof DesksealError)
 */
export class DesksealError extends Error {
  /** Makes an error, for tests. `isAboutCustomer` is false by default. */
  constructor(message: string, code: ErrorCode, isAboutCustomer?: boolean)
  /** The stable code (SPEC 7.1). The message may change between versions. */
  readonly code: ErrorCode
  /** Whether the customer's own data is at fault: answer 422. Otherwise the deployment is: answer 503. */
  readonly isAboutCustomer: boolean
}

/**
 * The deployment is misconfigured: a secret is missing or unusable.
 *
 * @example
 * assert.throws(() => new Signer(undefined), { name: 'SecretError', code: 'secret_missing' })
 */
export class SecretError extends DesksealError {
  /** Makes an error, for tests. `isAboutCustomer` is false by default. */
  constructor(message: string, code: SecretErrorCode, isAboutCustomer?: boolean)
  readonly code: SecretErrorCode
}

/**
 * An argument of the call is invalid.
 *
 * @example
 * assert.throws(() => signer.signEmail(' '), { name: 'InputError', code: 'email_empty' })
 */
export class InputError extends DesksealError {
  /** Makes an error, for tests. `isAboutCustomer` is false by default. */
  constructor(message: string, code: InputErrorCode, isAboutCustomer?: boolean)
  readonly code: InputErrorCode
}

/**
 * What the visitor sent does not prove an identity: answer 401 or 403, or treat the visitor as anonymous.
 *
 * @example
 * assert.throws(() => verifier.verifyEmail('eve@example.com', 'ab'.repeat(32)), {
 *   name: 'VerificationError',
 *   code: 'signature_mismatch',
 * })
 */
export class VerificationError extends DesksealError {
  /** Makes an error, for tests. `isAboutCustomer` is false by default. */
  constructor(message: string, code: VerificationErrorCode, isAboutCustomer?: boolean)
  readonly code: VerificationErrorCode
}
