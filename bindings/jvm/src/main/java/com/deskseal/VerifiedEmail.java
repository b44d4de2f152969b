package com.deskseal;

/**
 * A customer whose e-mail was verified (SPEC 5.1).
 *
 * @param email the canonical e-mail.
 * @param secretIndex 0 for the current secret, and 1 and up for the previous ones in their order.
 */
public record VerifiedEmail(String email, int secretIndex) {}
