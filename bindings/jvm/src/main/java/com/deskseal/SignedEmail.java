package com.deskseal;

/**
 * A canonical e-mail and its signature. Put both into the page (SPEC 3.2).
 *
 * @param email the canonical e-mail.
 * @param signature the signature's 64 lowercase hexadecimal digits.
 */
public record SignedEmail(String email, String signature) {
    /** Returns a text without the signature, with which anyone can sign in as the customer. */
    @Override
    public String toString() {
        return "SignedEmail[email=" + email + ", signature=[hidden]]";
    }
}
