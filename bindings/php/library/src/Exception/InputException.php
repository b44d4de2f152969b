<?php

declare(strict_types=1);

namespace Deskseal\Exception;

/**
 * The caller passed a value that is invalid (SPEC 7.1).
 *
 * ```php
 * use Deskseal\Exception\InputException;
 *
 * try {
 *     Deskseal\canonical_host('https://help.company.com');
 * } catch (InputException $exception) {
 *     assert($exception->errorCode() === 'host_malformed');
 * }
 * ```
 */
class InputException extends DesksealException
{
}
