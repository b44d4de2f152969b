package com.deskseal;

/**
 * A customer whose user id was verified (SPEC 5.2).
 *
 * @param userId the user id, as signed.
 * @param timestamp when it was signed, in Unix seconds.
 * @param secretIndex 0 for the current secret, and 1 and up for the previous ones in their order.
 */
public record VerifiedUser(String userId, long timestamp, int secretIndex) {}
