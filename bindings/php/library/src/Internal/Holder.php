<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use Exception;
use SensitiveParameter;

/**
 * A class with secrets. Its property is a handle; the secrets are in the extension.
 *
 * @internal
 */
trait Holder
{
    /** Makes two objects unequal: PHP would find no difference between their handles. */
    private readonly int $id;

    private function hold(#[SensitiveParameter] object $handle): void
    {
        $isReason = $handle instanceof \stdClass;
        $this->handle = $isReason ? throw Answer::failure($handle) : $handle;
        $this->id = \spl_object_id($handle);
    }

    private function __clone()
    {
    }

    /** Shows nothing in dumps. */
    public function __debugInfo(): array
    {
        return [];
    }

    /** Throws, because serialised data would contain the secret. */
    public function __serialize(): never
    {
        throw new Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** Throws, because serialised data has no secret. */
    public function __unserialize(#[SensitiveParameter] array $data): never
    {
        throw new Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}
