<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;
use Stringable;

/**
 * The Ticket Center's markup for one customer (SPEC 6).
 *
 * `<?= $embed ?>` writes it as it is. In a template engine that escapes, write `{{ embed|raw }}` (Twig)
 * or `{!! $embed !!}` (Blade). Dumps do not show the markup, because it contains the signature
 * or the identity token.
 *
 * ```php
 * $signer = new Deskseal\Signer('example-secret-for-documentation');
 * $embed = $signer->ticketCenter('Ada@example.com', 'desk-1');
 * assert($embed->attributes['data-email'] === 'ada@example.com');
 * assert(str_starts_with($embed, '<div id="hdh-ticket-center"></div>'));
 * ```
 */
final readonly class Embed implements JsonSerializable, Stringable
{
    use Result;

    private function __construct(
        /**
         * The script tag's attributes, unescaped and in order, for frameworks that build their own
         * tags.
         *
         * @var array<string, string>
         */
        public array $attributes,
        /**
         * The container and the script tag, escaped.
         */
        public string $html,
    ) {
    }

    /** Hides the fields, which contain a signature or an identity token, from dumps. */
    public function __debugInfo(): array
    {
        return \array_fill_keys(['attributes', 'html'], '<hidden>');
    }

    /**
     * Returns the markup.
     */
    public function __toString(): string
    {
        return $this->html;
    }

    /**
     * Returns the markup, for template engines.
     */
    public function toHtml(): string
    {
        return $this->html;
    }
}
