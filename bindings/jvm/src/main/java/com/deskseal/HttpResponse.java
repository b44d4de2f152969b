package com.deskseal;

import java.util.Map;

/**
 * The response of a route (SPEC 6.5).
 *
 * @param status the HTTP status code.
 * @param headers the headers' values by name.
 * @param body the body's text.
 */
public record HttpResponse(int status, Map<String, String> headers, String body) {
    /** Keeps an unmodifiable copy of the headers. */
    public HttpResponse {
        headers = Answers.frozen(headers);
    }
}
