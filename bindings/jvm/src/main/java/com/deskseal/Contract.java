// Generated from tests/api.toml by `cargo xtask generate`; change it there.
package com.deskseal;

import java.util.List;
import java.util.Map;

/** The constants of the contract. */
final class Contract {
    static final String VERSION = "0.1.0";

    static final String CACHE_CONTROL = "private, no-store";

    static final List<String> CLICK_HEADERS = List.of(
            "x-inertia",
            "sec-fetch-mode",
            "x-requested-with",
            "hx-request",
            "hx-boosted",
            "turbo-frame",
            "x-turbo-request-id",
            "turbolinks-referrer",
            "x-livewire-navigate",
            "x-pjax",
            "x-up-version",
            "rsc",
            "next-router-prefetch",
            "sec-purpose",
            "x-sec-purpose",
            "purpose",
            "x-purpose",
            "x-moz");

    static final String CODE_CROSS_SITE = "cross_site";

    static final String CROSS_SITE = "cross-site";

    static final String HELPDESK_ID_VARIABLE = "HELPDESKY_HELPDESK_ID";

    static final Map<String, String> IDENTITY_HEADERS = Map.of(
            "Cache-Control", "private, no-store",
            "Cross-Origin-Resource-Policy", "same-origin",
            "X-Content-Type-Options", "nosniff");

    static final List<String> IDENTITY_VARIABLES = List.of(
            "DESKSEAL_IDENTITY_SECRET");

    static final List<String> LINK_PARAMETERS = List.of(
            "user_id",
            "user_id_timestamp",
            "user_id_signature");

    static final String NO_HISTORY = "<template data-hx-history=\"false\"></template>";

    static final String ORIGIN_PATTERN = "https?://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?";

    static final List<String> PORTAL_VARIABLES = List.of(
            "LETTERBOOK_PORTAL_TICKET_SECRET");

    static final String SITE_HEADER = "sec-fetch-site";

    static final int STATUS_ABOUT_CUSTOMER = 422;

    static final int STATUS_CROSS_SITE = 403;

    static final int STATUS_IDENTITY = 200;

    static final int STATUS_NOT_SIGNED_IN = 204;

    static final int STATUS_UNAVAILABLE = 503;

    static final List<String> TICKET_CENTER_VARIABLES = List.of(
            "HELPDESKY_HMAC_SECRET",
            "HDH_HMAC_SECRET");

    static final String TOKEN_PARAMETER = "identity";

    private Contract() {}
}
