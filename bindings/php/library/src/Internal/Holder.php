<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use Exception;
use SensitiveParameter;

/**
 * What a class does that holds secrets: they are in the extension, which its handle stands for, and in no property.
 *
 * @internal
 */
trait Holder
{
    /** Makes an object equal to itself alone: handles have nothing that PHP could compare. */
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

    /** Throws, since a secret is not written anywhere. */
    public function __serialize(): never
    {
        throw new Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** Throws, since there is no secret to read. */
    public function __unserialize(#[SensitiveParameter] array $data): never
    {
        throw new Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}
