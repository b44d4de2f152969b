package com.deskseal;

/**
 * A user id, when it was signed, and the signature (SPEC 4.6).
 *
 * @param userId the user id, as given.
 * @param timestamp when it was signed, in Unix seconds.
 * @param signature the signature's 64 lowercase hexadecimal digits.
 */
public record SignedUser(String userId, long timestamp, String signature) {
    /** Returns a text without the signature, with which anyone can sign in as the customer. */
    @Override
    public String toString() {
        return "SignedUser[userId=" + userId + ", timestamp=" + timestamp + ", signature=[hidden]]";
    }
}
