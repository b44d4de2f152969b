<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use Exception;
use SensitiveParameter;

/**
 * The methods that every result has.
 *
 * @internal
 */
trait Result
{
    /**
     * Returns the result for the extension's answer: the fields in the constructor's order.
     *
     * @internal
     */
    public static function of(#[SensitiveParameter] array|object $answer): self
    {
        return \is_array($answer) ? new self(...$answer) : throw Answer::failure($answer);
    }

    /**
     * Returns the fields by name, for `json_encode`.
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return \get_object_vars($this);
    }

    /** Hides the fields that contain a signature from dumps. */
    public function __debugInfo(): array
    {
        $fields = \get_object_vars($this);
        return isset($fields['signature']) ? \array_replace($fields, ['signature' => '<hidden>']) : $fields;
    }

    /** Throws, because serialised data would contain the signature. */
    public function __serialize(): never
    {
        throw new Exception("Serialization of '" . self::class . "' is not allowed");
    }

    /** Throws, because only the extension creates results. */
    public function __unserialize(#[SensitiveParameter] array $data): never
    {
        throw new Exception("Unserialization of '" . self::class . "' is not allowed");
    }
}
