package com.deskseal;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an identity token says about the customer (SPEC 12.4): a user id, an e-mail, or both. Null stands for none or for
 * the default.
 */
public final class IdentityTokenOptions {
    @Nullable String email;

    boolean emailVerified = true;

    @Nullable String userId;

    @Nullable String name;

    @Nullable Map<String, ?> attributes;

    @Nullable String tokenId;

    @Nullable Long expiresIn;

    @Nullable Instant now;

    /** Makes options that all have their defaults. */
    public IdentityTokenOptions() {}

    /**
     * Sets the customer's e-mail.
     *
     * @param email the e-mail as the customer typed it, or null for none.
     * @return these options.
     */
    public IdentityTokenOptions email(@Nullable String email) {
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
    public IdentityTokenOptions emailVerified(boolean emailVerified) {
        this.emailVerified = emailVerified;
        return this;
    }

    /**
     * Sets the customer's permanent id, which is used exactly as given.
     *
     * @param userId up to 512 bytes, or null for none.
     * @return these options.
     */
    public IdentityTokenOptions userId(@Nullable String userId) {
        this.userId = userId;
        return this;
    }

    /**
     * Sets the customer's name.
     *
     * @param name 1 to 100 characters, or null for none.
     * @return these options.
     */
    public IdentityTokenOptions name(@Nullable String name) {
        this.name = name;
        return this;
    }

    /**
     * Sets what agents see beside the customer.
     *
     * @param attributes at most 20 values: a String of up to 255 bytes, an integer or a Boolean, by names that match
     *     {@code [a-z][a-z0-9_]{0,39}}; or null for none.
     * @return these options.
     */
    public IdentityTokenOptions attributes(@Nullable Map<String, ?> attributes) {
        this.attributes = attributes;
        return this;
    }

    /**
     * Sets the token's id; random unless set.
     *
     * @param tokenId 1 to 128 visible ASCII characters, or null for a random id.
     * @return these options.
     */
    public IdentityTokenOptions tokenId(@Nullable String tokenId) {
        this.tokenId = tokenId;
        return this;
    }

    /**
     * Sets for how long the token is valid.
     *
     * @param expiresIn seconds, 1 to 86,400; 600 unless set.
     * @return these options.
     */
    public IdentityTokenOptions expiresIn(long expiresIn) {
        this.expiresIn = expiresIn;
        return this;
    }

    /**
     * Sets the time of signing; the current time unless set.
     *
     * @param now the time, or null for the current time.
     * @return these options.
     */
    public IdentityTokenOptions now(@Nullable Instant now) {
        this.now = now;
        return this;
    }
}
