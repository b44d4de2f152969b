package com.deskseal;

/**
 * One reason why a signature or token is invalid, and what to change (SPEC 8).
 *
 * @param code the code, which is one of {@link FindingCodes} and does not change between versions.
 * @param message a sentence that says what to change. It may change between versions.
 */
public record Finding(String code, String message) {}
