package com.deskseal;

import java.util.Map;
import java.util.Optional;

/**
 * A customer whose identity token was verified (SPEC 12.6). There is a user id, an e-mail, or both.
 *
 * @param email the canonical e-mail, which the product has proved.
 * @param unverifiedEmail the canonical e-mail, if the product has not proved it. It identifies no customer.
 * @param userId the customer's permanent id.
 * @param name the customer's name.
 * @param attributes what agents see beside the customer: a String, a Long or a Boolean by name.
 * @param tokenId the token's id.
 * @param issuedAt when the token was signed, in Unix seconds.
 * @param expiresAt when the token expires, in Unix seconds.
 * @param secretIndex 0 for the current secret, and 1 and up for the previous ones in their order.
 */
public record VerifiedIdentity(
        Optional<String> email,
        Optional<String> unverifiedEmail,
        Optional<String> userId,
        Optional<String> name,
        Map<String, Object> attributes,
        Optional<String> tokenId,
        long issuedAt,
        long expiresAt,
        int secretIndex) {
    /** Keeps an unmodifiable copy of the attributes. */
    public VerifiedIdentity {
        attributes = Answers.frozen(attributes);
    }
}
