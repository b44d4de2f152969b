<?php

declare(strict_types=1);

namespace Deskseal\Exception;

/**
 * The deployment is misconfigured: a secret is missing or invalid (SPEC 2.2).
 *
 * ```php
 * use Deskseal\Exception\SecretException;
 *
 * try {
 *     new Deskseal\Signer(getenv('A_VARIABLE_THAT_IS_NOT_SET'));
 * } catch (SecretException $exception) {
 *     assert($exception->errorCode() === 'secret_missing');
 * }
 * ```
 */
class SecretException extends DesksealException
{
}
