<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * A customer whom a valid identity token proves: by a user id, an e-mail, or both (SPEC 12.6).
 *
 * ```php
 * $secret = 'example-secret-for-documentation';
 * $token = (new Deskseal\Signer($secret))->identityToken('desk-1', userId: 'user-42', attributes: ['seats' => 5]);
 * $verified = (new Deskseal\Verifier($secret))->verifyIdentityToken('desk-1', $token);
 * assert($verified->userId === 'user-42' && $verified->email === null);
 * assert($verified->attributes === ['seats' => 5]);
 * ```
 */
final readonly class VerifiedIdentity implements JsonSerializable
{
    use Result {
        jsonSerialize as private fields;
    }

    private function __construct(
        /**
         * The canonical e-mail that the product has proved.
         */
        public ?string $email,
        /**
         * The canonical e-mail that the product has not proved. It identifies no customer.
         */
        public ?string $unverifiedEmail,
        /**
         * The user id as signed.
         */
        public ?string $userId,
        /**
         * The customer's name.
         */
        public ?string $name,
        /**
         * What agents see of the customer, in the order of the names.
         *
         * @var array<string, string|int|bool>
         */
        public array $attributes,
        /**
         * The token's id.
         */
        public ?string $tokenId,
        /**
         * The time at which the token was signed, in Unix seconds.
         */
        public int $issuedAt,
        /**
         * The time from which the token is expired, in Unix seconds.
         */
        public int $expiresAt,
        /**
         * The number of the secret that made the token: 0 is the current one.
         */
        public int $secretIndex,
    ) {
    }

    /**
     * Returns the fields by name, for `json_encode`. The attributes are an object, also if there are none.
     *
     * @return array<string, mixed>
     */
    public function jsonSerialize(): array
    {
        return \array_replace($this->fields(), ['attributes' => (object) $this->attributes]);
    }
}
