// Generated from tests/api.toml by `cargo xtask generate`; change it there.
package com.deskseal;

/** The codes of findings (SPEC 8). They do not change between versions. */
public final class FindingCodes {
    /** The code {@code no_deviation}. */
    public static final String NO_DEVIATION = "no_deviation";

    /** The code {@code unexplained}. */
    public static final String UNEXPLAINED = "unexplained";

    /** The code {@code input_too_long}. */
    public static final String INPUT_TOO_LONG = "input_too_long";

    /** The code {@code email_not_trimmed}. */
    public static final String EMAIL_NOT_TRIMMED = "email_not_trimmed";

    /** The code {@code email_not_lowercased}. */
    public static final String EMAIL_NOT_LOWERCASED = "email_not_lowercased";

    /** The code {@code email_trimmed_by_python}. */
    public static final String EMAIL_TRIMMED_BY_PYTHON = "email_trimmed_by_python";

    /** The code {@code email_trimmed_by_ruby}. */
    public static final String EMAIL_TRIMMED_BY_RUBY = "email_trimmed_by_ruby";

    /** The code {@code email_trimmed_by_php}. */
    public static final String EMAIL_TRIMMED_BY_PHP = "email_trimmed_by_php";

    /** The code {@code email_trimmed_by_rust}. */
    public static final String EMAIL_TRIMMED_BY_RUST = "email_trimmed_by_rust";

    /** The code {@code email_lowercased_ascii_only}. */
    public static final String EMAIL_LOWERCASED_ASCII_ONLY = "email_lowercased_ascii_only";

    /** The code {@code email_lowercased_without_final_sigma}. */
    public static final String EMAIL_LOWERCASED_WITHOUT_FINAL_SIGMA = "email_lowercased_without_final_sigma";

    /** The code {@code email_lowercased_by_older_unicode}. */
    public static final String EMAIL_LOWERCASED_BY_OLDER_UNICODE = "email_lowercased_by_older_unicode";

    /** The code {@code email_normalized_nfc}. */
    public static final String EMAIL_NORMALIZED_NFC = "email_normalized_nfc";

    /** The code {@code email_normalized_nfd}. */
    public static final String EMAIL_NORMALIZED_NFD = "email_normalized_nfd";

    /** The code {@code email_plus_as_space}. */
    public static final String EMAIL_PLUS_AS_SPACE = "email_plus_as_space";

    /** The code {@code email_percent_encoded}. */
    public static final String EMAIL_PERCENT_ENCODED = "email_percent_encoded";

    /** The code {@code email_percent_decoded}. */
    public static final String EMAIL_PERCENT_DECODED = "email_percent_decoded";

    /** The code {@code email_html_escaped}. */
    public static final String EMAIL_HTML_ESCAPED = "email_html_escaped";

    /** The code {@code email_html_unescaped}. */
    public static final String EMAIL_HTML_UNESCAPED = "email_html_unescaped";

    /** The code {@code email_quoted}. */
    public static final String EMAIL_QUOTED = "email_quoted";

    /** The code {@code email_mailto}. */
    public static final String EMAIL_MAILTO = "email_mailto";

    /** The code {@code email_undefined}. */
    public static final String EMAIL_UNDEFINED = "email_undefined";

    /** The code {@code email_null}. */
    public static final String EMAIL_NULL = "email_null";

    /** The code {@code email_none}. */
    public static final String EMAIL_NONE = "email_none";

    /** The code {@code email_blank}. */
    public static final String EMAIL_BLANK = "email_blank";

    /** The code {@code email_with_name}. */
    public static final String EMAIL_WITH_NAME = "email_with_name";

    /** The code {@code email_json_escaped}. */
    public static final String EMAIL_JSON_ESCAPED = "email_json_escaped";

    /** The code {@code email_domain_in_ascii}. */
    public static final String EMAIL_DOMAIN_IN_ASCII = "email_domain_in_ascii";

    /** The code {@code email_domain_in_unicode}. */
    public static final String EMAIL_DOMAIN_IN_UNICODE = "email_domain_in_unicode";

    /** The code {@code email_is_user_id}. */
    public static final String EMAIL_IS_USER_ID = "email_is_user_id";

    /** The code {@code email_refused}. */
    public static final String EMAIL_REFUSED = "email_refused";

    /** The code {@code secret_newline}. */
    public static final String SECRET_NEWLINE = "secret_newline";

    /** The code {@code secret_blanks}. */
    public static final String SECRET_BLANKS = "secret_blanks";

    /** The code {@code secret_quoted}. */
    public static final String SECRET_QUOTED = "secret_quoted";

    /** The code {@code secret_without_prefix}. */
    public static final String SECRET_WITHOUT_PREFIX = "secret_without_prefix";

    /** The code {@code secret_byte_order_mark}. */
    public static final String SECRET_BYTE_ORDER_MARK = "secret_byte_order_mark";

    /** The code {@code secret_utf16}. */
    public static final String SECRET_UTF16 = "secret_utf16";

    /** The code {@code secret_not_expanded}. */
    public static final String SECRET_NOT_EXPANDED = "secret_not_expanded";

    /** The code {@code secret_variable_name}. */
    public static final String SECRET_VARIABLE_NAME = "secret_variable_name";

    /** The code {@code secret_hex_decoded}. */
    public static final String SECRET_HEX_DECODED = "secret_hex_decoded";

    /** The code {@code secret_base64_decoded}. */
    public static final String SECRET_BASE64_DECODED = "secret_base64_decoded";

    /** The code {@code secret_empty}. */
    public static final String SECRET_EMPTY = "secret_empty";

    /** The code {@code secret_placeholder}. */
    public static final String SECRET_PLACEHOLDER = "secret_placeholder";

    /** The code {@code secret_previous}. */
    public static final String SECRET_PREVIOUS = "secret_previous";

    /** The code {@code secret_expired}. */
    public static final String SECRET_EXPIRED = "secret_expired";

    /** The code {@code secret_of_other_purpose}. */
    public static final String SECRET_OF_OTHER_PURPOSE = "secret_of_other_purpose";

    /** The code {@code key_and_message_swapped}. */
    public static final String KEY_AND_MESSAGE_SWAPPED = "key_and_message_swapped";

    /** The code {@code algorithm_md5}. */
    public static final String ALGORITHM_MD5 = "algorithm_md5";

    /** The code {@code algorithm_sha1}. */
    public static final String ALGORITHM_SHA1 = "algorithm_sha1";

    /** The code {@code algorithm_sha384}. */
    public static final String ALGORITHM_SHA384 = "algorithm_sha384";

    /** The code {@code algorithm_sha512}. */
    public static final String ALGORITHM_SHA512 = "algorithm_sha512";

    /** The code {@code message_utf16}. */
    public static final String MESSAGE_UTF16 = "message_utf16";

    /** The code {@code message_latin1}. */
    public static final String MESSAGE_LATIN1 = "message_latin1";

    /** The code {@code plain_hash_secret_first}. */
    public static final String PLAIN_HASH_SECRET_FIRST = "plain_hash_secret_first";

    /** The code {@code plain_hash_secret_last}. */
    public static final String PLAIN_HASH_SECRET_LAST = "plain_hash_secret_last";

    /** The code {@code plain_hash_without_secret}. */
    public static final String PLAIN_HASH_WITHOUT_SECRET = "plain_hash_without_secret";

    /** The code {@code output_base64}. */
    public static final String OUTPUT_BASE64 = "output_base64";

    /** The code {@code output_base64url}. */
    public static final String OUTPUT_BASE64URL = "output_base64url";

    /** The code {@code output_base64_of_hex}. */
    public static final String OUTPUT_BASE64_OF_HEX = "output_base64_of_hex";

    /** The code {@code output_byte_list}. */
    public static final String OUTPUT_BYTE_LIST = "output_byte_list";

    /** The code {@code output_separated}. */
    public static final String OUTPUT_SEPARATED = "output_separated";

    /** The code {@code output_percent_encoded}. */
    public static final String OUTPUT_PERCENT_ENCODED = "output_percent_encoded";

    /** The code {@code output_truncated}. */
    public static final String OUTPUT_TRUNCATED = "output_truncated";

    /** The code {@code output_prefixed}. */
    public static final String OUTPUT_PREFIXED = "output_prefixed";

    /** The code {@code output_uppercase}. */
    public static final String OUTPUT_UPPERCASE = "output_uppercase";

    /** The code {@code output_quoted}. */
    public static final String OUTPUT_QUOTED = "output_quoted";

    /** The code {@code output_not_trimmed}. */
    public static final String OUTPUT_NOT_TRIMMED = "output_not_trimmed";

    /** The code {@code link_host_with_scheme}. */
    public static final String LINK_HOST_WITH_SCHEME = "link_host_with_scheme";

    /** The code {@code link_host_with_port}. */
    public static final String LINK_HOST_WITH_PORT = "link_host_with_port";

    /** The code {@code link_host_with_path}. */
    public static final String LINK_HOST_WITH_PATH = "link_host_with_path";

    /** The code {@code link_host_with_trailing_dot}. */
    public static final String LINK_HOST_WITH_TRAILING_DOT = "link_host_with_trailing_dot";

    /** The code {@code link_host_not_canonical}. */
    public static final String LINK_HOST_NOT_CANONICAL = "link_host_not_canonical";

    /** The code {@code link_host_is_another}. */
    public static final String LINK_HOST_IS_ANOTHER = "link_host_is_another";

    /** The code {@code link_host_missing}. */
    public static final String LINK_HOST_MISSING = "link_host_missing";

    /** The code {@code link_timestamp_in_milliseconds}. */
    public static final String LINK_TIMESTAMP_IN_MILLISECONDS = "link_timestamp_in_milliseconds";

    /** The code {@code link_timestamp_missing}. */
    public static final String LINK_TIMESTAMP_MISSING = "link_timestamp_missing";

    /** The code {@code link_user_id_encoded}. */
    public static final String LINK_USER_ID_ENCODED = "link_user_id_encoded";

    /** The code {@code link_user_id_undefined}. */
    public static final String LINK_USER_ID_UNDEFINED = "link_user_id_undefined";

    /** The code {@code link_order}. */
    public static final String LINK_ORDER = "link_order";

    /** The code {@code link_separator}. */
    public static final String LINK_SEPARATOR = "link_separator";

    /** The code {@code link_expired}. */
    public static final String LINK_EXPIRED = "link_expired";

    /** The code {@code link_in_future}. */
    public static final String LINK_IN_FUTURE = "link_in_future";

    /** The code {@code link_public}. */
    public static final String LINK_PUBLIC = "link_public";

    /** The code {@code link_incomplete}. */
    public static final String LINK_INCOMPLETE = "link_incomplete";

    /** The code {@code link_repeated}. */
    public static final String LINK_REPEATED = "link_repeated";

    /** The code {@code link_refused}. */
    public static final String LINK_REFUSED = "link_refused";

    /** The code {@code token_not_trimmed}. */
    public static final String TOKEN_NOT_TRIMMED = "token_not_trimmed";

    /** The code {@code token_quoted}. */
    public static final String TOKEN_QUOTED = "token_quoted";

    /** The code {@code token_prefixed}. */
    public static final String TOKEN_PREFIXED = "token_prefixed";

    /** The code {@code token_encoding}. */
    public static final String TOKEN_ENCODING = "token_encoding";

    /** The code {@code token_malformed}. */
    public static final String TOKEN_MALFORMED = "token_malformed";

    /** The code {@code token_algorithm}. */
    public static final String TOKEN_ALGORITHM = "token_algorithm";

    /** The code {@code token_header}. */
    public static final String TOKEN_HEADER = "token_header";

    /** The code {@code token_claim_renamed}. */
    public static final String TOKEN_CLAIM_RENAMED = "token_claim_renamed";

    /** The code {@code token_claim_missing}. */
    public static final String TOKEN_CLAIM_MISSING = "token_claim_missing";

    /** The code {@code token_time_in_milliseconds}. */
    public static final String TOKEN_TIME_IN_MILLISECONDS = "token_time_in_milliseconds";

    /** The code {@code token_time_not_integer}. */
    public static final String TOKEN_TIME_NOT_INTEGER = "token_time_not_integer";

    /** The code {@code token_claim_refused}. */
    public static final String TOKEN_CLAIM_REFUSED = "token_claim_refused";

    /** The code {@code token_lifetime}. */
    public static final String TOKEN_LIFETIME = "token_lifetime";

    /** The code {@code token_audience}. */
    public static final String TOKEN_AUDIENCE = "token_audience";

    /** The code {@code token_expired}. */
    public static final String TOKEN_EXPIRED = "token_expired";

    /** The code {@code token_in_future}. */
    public static final String TOKEN_IN_FUTURE = "token_in_future";

    private FindingCodes() {}
}
