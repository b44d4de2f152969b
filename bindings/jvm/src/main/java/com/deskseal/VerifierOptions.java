package com.deskseal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link Verifier}.
 */
public final class VerifierOptions {
    List<PreviousSecret> previous = List.of();

    @Nullable Long tolerance;

    /** Makes options that all have their defaults. */
    public VerifierOptions() {}

    /**
     * Sets the replaced secrets, which are valid until they expire (SPEC 2.6).
     *
     * @param previous the secrets in the order of their numbers.
     * @return these options.
     */
    public VerifierOptions previous(List<PreviousSecret> previous) {
        this.previous = Arguments.required("previous", previous);
        return this;
    }

    /**
     * Sets how far a link's timestamp may be from now.
     *
     * @param tolerance seconds, 0 to 3600; 300 unless set.
     * @return these options.
     */
    public VerifierOptions tolerance(long tolerance) {
        this.tolerance = tolerance;
        return this;
    }
}
