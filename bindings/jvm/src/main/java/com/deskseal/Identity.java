package com.deskseal;

/**
 * What browser code needs to start the customer's Ticket Center (SPEC 6.4).
 *
 * @param email the canonical e-mail.
 * @param signature the signature's 64 lowercase hexadecimal digits.
 * @param helpdeskId the help desk's id.
 */
public record Identity(String email, String signature, String helpdeskId) {
    /** Returns a text without the signature, with which anyone can sign in as the customer. */
    @Override
    public String toString() {
        return "Identity[email=" + email + ", signature=[hidden], helpdeskId=" + helpdeskId + "]";
    }
}
