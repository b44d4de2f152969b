<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use Exception;
use SensitiveParameter;

/**
 * What every result does.
 *
 * @internal
 */
trait Result
{
    /**
     * Returns the result that the extension's answer holds: the fields, in the order of the constructor.
     *
     * @internal
     */
    public static function of(#[SensitiveParameter] array|object $answer): self
    {
        return \is_array($answer) ? new self(...$answer) : throw Answer::failure($answer);
    }

    /**
     * Returns the fields by their names, for `json_encode`.
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return \get_object_vars($this);
    }

    /** Hides signatures, and what has one in it, in dumps. */
    public function __debugInfo(): array
    {
        $fields = \get_object_vars($this);
        $hidden = \array_fill_keys(['signature', 'attributes', 'html'], '<hidden>');
        return \array_replace($fields, \array_intersect_key($hidden, $fields));
    }

    /** Throws, so that no copy of a signature is kept. */
    public function __serialize(): never
    {
        throw new Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** Throws: only the extension makes results. */
    public function __unserialize(#[SensitiveParameter] array $data): never
    {
        throw new Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}
