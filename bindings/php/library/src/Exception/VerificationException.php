<?php

declare(strict_types=1);

namespace Deskseal\Exception;

/**
 * The identity or signature that a visitor sent is invalid (SPEC 5).
 *
 * ```php
 * use Deskseal\Exception\VerificationException;
 *
 * $verifier = new Deskseal\Verifier('example-secret-for-documentation');
 * try {
 *     $verifier->verifyEmail('ada@example.com', str_repeat('0', 64));
 * } catch (VerificationException $exception) {
 *     assert($exception->errorCode() === 'signature_mismatch');
 * }
 * ```
 */
class VerificationException extends DesksealException
{
}
