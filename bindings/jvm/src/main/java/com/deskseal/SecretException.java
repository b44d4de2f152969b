package com.deskseal;

/** The deployment is misconfigured: a secret is missing or unusable (SPEC 7.1). */
public final class SecretException extends DesksealException {
    private static final long serialVersionUID = 1;

    SecretException(String code, String message, boolean isAboutCustomer) {
        super(code, message, isAboutCustomer);
    }
}
