package com.deskseal;

/**
 * What the visitor sent does not prove an identity (SPEC 7.1). Answer with the HTTP status 401 or 403, or treat the visitor
 * as anonymous.
 */
public final class VerificationException extends DesksealException {
    private static final long serialVersionUID = 1;

    VerificationException(String code, String message, boolean isAboutCustomer) {
        super(code, message, isAboutCustomer);
    }
}
