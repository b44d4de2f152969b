<?php

declare(strict_types=1);

namespace Deskseal\Exception;

use Deskseal\Internal\Extension;
use RuntimeException;
use Throwable;

/**
 * The base of all exceptions of Deskseal.
 *
 * Catch one of its three subclasses, which say who is at fault, and act on the code. The message
 * is a sentence for the developer, and may change between versions.
 *
 * ```php
 * use Deskseal\Exception\DesksealException;
 *
 * try {
 *     Deskseal\canonical_email('');
 * } catch (DesksealException $exception) {
 *     assert($exception->errorCode() === 'email_empty');
 * }
 * ```
 */
class DesksealException extends RuntimeException
{
    /**
     * The stable code.
     */
    protected string $errorCode = '';

    /**
     * Creates an exception. Applications need this only in their tests.
     *
     * ```php
     * use Deskseal\Exception\VerificationException;
     *
     * $exception = new VerificationException('It is too old.', errorCode: 'timestamp_expired');
     * assert($exception->errorCode() === 'timestamp_expired');
     * ```
     *
     * @param string $message a sentence for the developer
     * @param int $code PHP's number of the exception, which Deskseal does not use
     * @param \Throwable|null $previous the exception that caused this one
     * @param string $errorCode the stable code
     */
    public function __construct(
        string $message = '',
        int $code = 0,
        ?Throwable $previous = null,
        string $errorCode = '',
    ) {
        parent::__construct($message, $code, $previous);
        $this->errorCode = $errorCode;
    }

    /**
     * Returns the stable code, such as `email_empty` (SPEC 7.1).
     */
    final public function errorCode(): string
    {
        return $this->errorCode;
    }

    /**
     * Tells whether the customer's own data is at fault, and not the deployment (SPEC 7.1).
     *
     * Answer a page's own code with HTTP status 422 if it is, and with 503 if it is not.
     */
    final public function isAboutCustomer(): bool
    {
        Extension::check();
        return \Deskseal\Internal\is_about_customer($this->errorCode);
    }
}
