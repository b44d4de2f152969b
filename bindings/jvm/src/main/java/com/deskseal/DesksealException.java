package com.deskseal;

/**
 * A secret or an argument was rejected. The class says whose fault it is: {@link SecretException},
 * {@link InputException} or {@link VerificationException}.
 *
 * <p>Neither the code nor the message contains a secret or data of the customer.
 */
public abstract sealed class DesksealException extends RuntimeException
        permits SecretException, InputException, VerificationException {
    private static final long serialVersionUID = 1;

    /** The stable code. */
    private final String code;

    /** Whether the customer's own data is at fault. */
    private final boolean isAboutCustomer;

    DesksealException(String code, String message, boolean isAboutCustomer) {
        super(message);
        this.code = code;
        this.isAboutCustomer = isAboutCustomer;
    }

    /**
     * Returns the code, which is one of {@link ErrorCodes} and does not change between versions (SPEC 7.1). The message may
     * change.
     *
     * @return the code, such as {@code email_malformed}.
     */
    public String code() {
        return code;
    }

    /**
     * Tells whether the customer's own data is at fault: answer with the HTTP status 422. Otherwise the deployment is:
     * answer with 503.
     *
     * @return whether the error is about the customer.
     */
    public boolean isAboutCustomer() {
        return isAboutCustomer;
    }

    /**
     * Returns the class, the code and the message.
     *
     * @return one line for a log.
     */
    @Override
    public String toString() {
        return getClass().getName() + ": " + code + ": " + getMessage();
    }
}
