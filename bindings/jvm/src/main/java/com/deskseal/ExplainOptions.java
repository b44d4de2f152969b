package com.deskseal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of the methods of {@link Verifier} that explain (SPEC 8).
 */
public final class ExplainOptions {
    List<? extends @Nullable String> otherSecrets = List.of();

    @Nullable Instant now;

    /** Makes options that all have their defaults. */
    public ExplainOptions() {}

    /**
     * Sets other secrets of yours that may have been used by mistake.
     *
     * @param otherSecrets the secrets.
     * @return these options.
     */
    public ExplainOptions otherSecrets(List<? extends @Nullable String> otherSecrets) {
        this.otherSecrets = Arguments.required("otherSecrets", otherSecrets);
        return this;
    }

    /**
     * Sets the time to compare with; the current time unless set.
     *
     * @param now the time, or null for the current time.
     * @return these options.
     */
    public ExplainOptions now(@Nullable Instant now) {
        this.now = now;
        return this;
    }
}
