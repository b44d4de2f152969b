package com.deskseal;

/** An argument of the call cannot be signed or used (SPEC 7.1). */
public final class InputException extends DesksealException {
    private static final long serialVersionUID = 1;

    InputException(String code, String message, boolean isAboutCustomer) {
        super(code, message, isAboutCustomer);
    }
}
