<?php

declare(strict_types=1);

namespace Deskseal\Exception;

/**
 * The caller passed something that cannot be signed, or a setting that cannot be used.
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
