package com.deskseal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the identity token in a portal's link says about the customer (SPEC 12.7). Null stands for none or for the default.
 */
public final class PortalLinkWithTokenOptions {
    @Nullable String email;

    boolean emailVerified = true;

    @Nullable String userId;

    @Nullable String tokenId;

    @Nullable Long expiresIn;

    @Nullable Instant now;

    /** Makes options that all have their defaults. */
    public PortalLinkWithTokenOptions() {}

    /**
     * Sets the customer's e-mail.
     *
     * @param email the e-mail as the customer typed it, or null for none.
     * @return these options.
     */
    public PortalLinkWithTokenOptions email(@Nullable String email) {
        this.email = email;
        return this;
    }

    /**
     * Says whether the product has proved that the customer receives mail at the e-mail; true unless set. An address that
     * is not proved identifies no customer.
     *
     * @param emailVerified whether it is proved.
     * @return these options.
     */
    public PortalLinkWithTokenOptions emailVerified(boolean emailVerified) {
        this.emailVerified = emailVerified;
        return this;
    }

    /**
     * Sets the customer's permanent id, which is used exactly as given.
     *
     * @param userId up to 512 bytes, or null for none.
     * @return these options.
     */
    public PortalLinkWithTokenOptions userId(@Nullable String userId) {
        this.userId = userId;
        return this;
    }

    /**
     * Sets the token's id; random unless set.
     *
     * @param tokenId 1 to 128 visible ASCII characters, or null for a random id.
     * @return these options.
     */
    public PortalLinkWithTokenOptions tokenId(@Nullable String tokenId) {
        this.tokenId = tokenId;
        return this;
    }

    /**
     * Sets for how long the link is valid.
     *
     * @param expiresIn seconds, 1 to 300; 300 unless set.
     * @return these options.
     */
    public PortalLinkWithTokenOptions expiresIn(long expiresIn) {
        this.expiresIn = expiresIn;
        return this;
    }

    /**
     * Sets the time of signing; the current time unless set.
     *
     * @param now the time, or null for the current time.
     * @return these options.
     */
    public PortalLinkWithTokenOptions now(@Nullable Instant now) {
        this.now = now;
        return this;
    }
}
