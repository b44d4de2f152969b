package com.deskseal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A replaced secret, and when it expires (SPEC 2.6).
 *
 * @param secret the secret's text. The verifier rejects null with {@code secret_missing}.
 * @param expiresAt the time from which the secret verifies nothing.
 */
public record PreviousSecret(@Nullable String secret, Instant expiresAt) {
    /** Checks that there is an expiry. */
    public PreviousSecret {
        Arguments.required("expiresAt", expiresAt);
    }

    /** Returns a text without the secret. */
    @Override
    public String toString() {
        return "PreviousSecret[secret=[hidden], expiresAt=" + expiresAt + "]";
    }
}
