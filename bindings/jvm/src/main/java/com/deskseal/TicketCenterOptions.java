package com.deskseal;

import org.jspecify.annotations.Nullable;

/**
 * Options of {@link Signer#ticketCenter(String, String, TicketCenterOptions)} (SPEC 6.1). Null stands for the default.
 */
public final class TicketCenterOptions {
    @Nullable String align;

    @Nullable String maxWidth;

    @Nullable String container;

    @Nullable String scriptUrl;

    boolean crossorigin = false;

    @Nullable String nonce;

    /** Makes options that all have their defaults. */
    public TicketCenterOptions() {}

    /**
     * Sets where the widget is in its container.
     *
     * @param align {@code left}, {@code center} or {@code right}; {@code center} unless set.
     * @return these options.
     */
    public TicketCenterOptions align(@Nullable String align) {
        this.align = align;
        return this;
    }

    /**
     * Sets the widget's width at most.
     *
     * @param maxWidth a positive whole number and {@code px}, {@code rem} or {@code %}; {@code 864px} unless set.
     * @return these options.
     */
    public TicketCenterOptions maxWidth(@Nullable String maxWidth) {
        this.maxWidth = maxWidth;
        return this;
    }

    /**
     * Sets the container element's id.
     *
     * @param container the id; {@code hdh-ticket-center} unless set.
     * @return these options.
     */
    public TicketCenterOptions container(@Nullable String container) {
        this.container = container;
        return this;
    }

    /**
     * Sets the script's address.
     *
     * @param scriptUrl an absolute https URL; {@code https://helpdesky.io/ticket-center.js} unless set.
     * @return these options.
     */
    public TicketCenterOptions scriptUrl(@Nullable String scriptUrl) {
        this.scriptUrl = scriptUrl;
        return this;
    }

    /**
     * Says whether the script is loaded with CORS, as a page with {@code Cross-Origin-Embedder-Policy: require-corp} needs it.
     *
     * @param crossorigin whether it is; false unless set.
     * @return these options.
     */
    public TicketCenterOptions crossorigin(boolean crossorigin) {
        this.crossorigin = crossorigin;
        return this;
    }

    /**
     * Sets the nonce of the page's Content-Security-Policy.
     *
     * @param nonce the nonce, or null for none.
     * @return these options.
     */
    public TicketCenterOptions nonce(@Nullable String nonce) {
        this.nonce = nonce;
        return this;
    }
}
