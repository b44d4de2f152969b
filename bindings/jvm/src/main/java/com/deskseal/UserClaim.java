package com.deskseal;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a signed link, for {@link Verifier#verifyUser(UserClaim)} (SPEC 5.2). Set all four.
 */
public final class UserClaim {
    @Nullable String portalHost;

    @Nullable String userId;

    @Nullable String timestamp;

    @Nullable String signature;

    /** Makes a claim without any part. */
    public UserClaim() {}

    /**
     * Sets the portal's own host. Never take it from the request.
     *
     * @param portalHost the host, such as {@code help.company.com}.
     * @return this claim.
     */
    public UserClaim portalHost(String portalHost) {
        this.portalHost = portalHost;
        return this;
    }

    /**
     * Sets the user id.
     *
     * @param userId the user id, as received.
     * @return this claim.
     */
    public UserClaim userId(String userId) {
        this.userId = userId;
        return this;
    }

    /**
     * Sets the timestamp.
     *
     * @param timestamp the timestamp in written form, as received.
     * @return this claim.
     */
    public UserClaim timestamp(String timestamp) {
        this.timestamp = timestamp;
        return this;
    }

    /**
     * Sets the signature.
     *
     * @param signature the signature, as received.
     * @return this claim.
     */
    public UserClaim signature(String signature) {
        this.signature = signature;
        return this;
    }
}
