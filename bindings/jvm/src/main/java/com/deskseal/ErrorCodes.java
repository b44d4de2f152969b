// Generated from tests/api.toml by `cargo xtask generate`; change it there.
package com.deskseal;

/** The codes of errors, by kind (SPEC 7.1). They do not change between versions. */
public final class ErrorCodes {
    /** The code {@code secret_public}. */
    public static final String SECRET_PUBLIC = "secret_public";

    /** The code {@code secret_conflict}. */
    public static final String SECRET_CONFLICT = "secret_conflict";

    /** The code {@code secret_missing}. */
    public static final String SECRET_MISSING = "secret_missing";

    /** The code {@code secret_empty}. */
    public static final String SECRET_EMPTY = "secret_empty";

    /** The code {@code secret_padded}. */
    public static final String SECRET_PADDED = "secret_padded";

    /** The code {@code secret_malformed}. */
    public static final String SECRET_MALFORMED = "secret_malformed";

    /** The code {@code secret_placeholder}. */
    public static final String SECRET_PLACEHOLDER = "secret_placeholder";

    /** The code {@code secret_too_short}. */
    public static final String SECRET_TOO_SHORT = "secret_too_short";

    /** The code {@code secret_expiry_malformed}. */
    public static final String SECRET_EXPIRY_MALFORMED = "secret_expiry_malformed";

    /** The code {@code email_empty}. */
    public static final String EMAIL_EMPTY = "email_empty";

    /** The code {@code email_malformed}. */
    public static final String EMAIL_MALFORMED = "email_malformed";

    /** The code {@code email_too_long}. */
    public static final String EMAIL_TOO_LONG = "email_too_long";

    /** The code {@code email_ambiguous}. */
    public static final String EMAIL_AMBIGUOUS = "email_ambiguous";

    /** The code {@code host_malformed}. */
    public static final String HOST_MALFORMED = "host_malformed";

    /** The code {@code portal_url_malformed}. */
    public static final String PORTAL_URL_MALFORMED = "portal_url_malformed";

    /** The code {@code portal_url_insecure}. */
    public static final String PORTAL_URL_INSECURE = "portal_url_insecure";

    /** The code {@code user_id_empty}. */
    public static final String USER_ID_EMPTY = "user_id_empty";

    /** The code {@code user_id_malformed}. */
    public static final String USER_ID_MALFORMED = "user_id_malformed";

    /** The code {@code user_id_too_long}. */
    public static final String USER_ID_TOO_LONG = "user_id_too_long";

    /** The code {@code timestamp_malformed}. */
    public static final String TIMESTAMP_MALFORMED = "timestamp_malformed";

    /** The code {@code helpdesk_id_malformed}. */
    public static final String HELPDESK_ID_MALFORMED = "helpdesk_id_malformed";

    /** The code {@code embed_option_malformed}. */
    public static final String EMBED_OPTION_MALFORMED = "embed_option_malformed";

    /** The code {@code tolerance_malformed}. */
    public static final String TOLERANCE_MALFORMED = "tolerance_malformed";

    /** The code {@code identity_token_claim}. */
    public static final String IDENTITY_TOKEN_CLAIM = "identity_token_claim";

    /** The code {@code signature_malformed}. */
    public static final String SIGNATURE_MALFORMED = "signature_malformed";

    /** The code {@code signature_mismatch}. */
    public static final String SIGNATURE_MISMATCH = "signature_mismatch";

    /** The code {@code timestamp_expired}. */
    public static final String TIMESTAMP_EXPIRED = "timestamp_expired";

    /** The code {@code timestamp_in_future}. */
    public static final String TIMESTAMP_IN_FUTURE = "timestamp_in_future";

    /** The code {@code identity_incomplete}. */
    public static final String IDENTITY_INCOMPLETE = "identity_incomplete";

    /** The code {@code identity_repeated}. */
    public static final String IDENTITY_REPEATED = "identity_repeated";

    /** The code {@code identity_token_malformed}. */
    public static final String IDENTITY_TOKEN_MALFORMED = "identity_token_malformed";

    /** The code {@code identity_token_audience}. */
    public static final String IDENTITY_TOKEN_AUDIENCE = "identity_token_audience";

    /** The code {@code identity_token_expired}. */
    public static final String IDENTITY_TOKEN_EXPIRED = "identity_token_expired";

    /** The code {@code identity_token_in_future}. */
    public static final String IDENTITY_TOKEN_IN_FUTURE = "identity_token_in_future";

    private ErrorCodes() {}
}
