<?php

declare(strict_types=1);

namespace Deskseal\Laravel;

use Deskseal\Contract;
use Deskseal\Embed;
use Deskseal\Exception\DesksealException;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Signer;
use Deskseal\Verifier;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Config\Repository;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\Routing\UrlGenerator;
use Illuminate\Contracts\View\Factory;
use Illuminate\Foundation\Http\Events\RequestHandled;
use Illuminate\Http\Request;
use Illuminate\Routing\Router;
use Illuminate\Support\HtmlString;
use LogicException;
use Psr\Log\LoggerInterface;
use SensitiveParameter;
use SensitiveParameterValue;

use function Deskseal\portal_host;
use function Deskseal\public_form_url;

/**
 * The application's help desk: its two products, each with its own secret, which is read when something is
 * signed.
 */
class Desk
{
    private const PORTAL_ROUTE = 'deskseal.portal';

    private const MARK = 'deskseal.private';
    private const ANSWERED = 'deskseal.answered';

    /** @var array<string, array{SensitiveParameterValue, Signer}> the signer of each product, and its secret */
    private array $signers = [];

    public function __construct(
        private readonly Application $app,
        private readonly Repository $config,
        private readonly LoggerInterface $log,
    ) {
    }

    /**
     * Returns the markup that shows this user's Ticket Center.
     *
     * @param array{align?: ?string, maxWidth?: ?string, container?: ?string, crossorigin?: bool, nonce?: ?string} $options
     *
     * @throws DesksealException the secret cannot be used, or the address or an option cannot be signed
     */
    public function embed(Authenticatable $user, array $options = []): Embed
    {
        $settings = $this->settings('ticket_center');
        return $this->signer('ticket_center', $settings)->ticketCenter(
            self::address($user, $settings),
            (string) ($settings['helpdesk_id'] ?? ''),
            ...$options + [
                'scriptUrl' => (string) ($settings['script_url'] ?? '') ?: null,
                'crossorigin' => $settings['crossorigin'] ?? false,
            ],
        );
    }

    /**
     * Returns what a page's own code needs to mount the Ticket Center, the same in every language.
     *
     * @return array{email: string, signature: string, helpdeskId: string}
     *
     * @throws DesksealException the secret cannot be used, or the address cannot be signed
     */
    public function identity(Authenticatable $user): array
    {
        $settings = $this->settings('ticket_center');
        $identity = $this->signer('ticket_center', $settings)->identity(
            self::address($user, $settings),
            (string) ($settings['helpdesk_id'] ?? ''),
        );
        return $identity->jsonSerialize();
    }

    /**
     * Returns the link that opens the portal's form as this user, for five minutes.
     *
     * @throws DesksealException the secret cannot be used, or the id or the portal's URL cannot be signed
     */
    public function portalLink(Authenticatable $user): string
    {
        $settings = $this->settings('portal');
        $attribute = (string) ($settings['user_id'] ?? '');
        $id = $attribute === '' ? $user->getAuthIdentifier() : data_get($user, $attribute);
        return $this->signer('portal', $settings)->portalLink((string) ($settings['url'] ?? ''), (string) $id);
    }

    /** Returns the link that opens the portal's form as an anonymous visitor, or null without a portal. */
    public function publicLink(): ?string
    {
        try {
            return public_form_url($this->portalUrl());
        } catch (InputException) {
            return null;
        }
    }

    /**
     * Returns the address of the route that signs when the visitor asks, which `portalLink()` is for views.
     *
     * An application that has switched the routes off has one of its own by that name. Without any, the link
     * is the portal's public one, and this is logged. In debug mode it is thrown.
     */
    public function portalAddress(): string
    {
        if ($this->app->make(Router::class)->has(self::PORTAL_ROUTE)) {
            return $this->app->make(UrlGenerator::class)->route(self::PORTAL_ROUTE);
        }
        $sentence = 'There is no route "' . self::PORTAL_ROUTE . '" for portalLink(): give a route of your own '
            . 'that name, or let deskseal.routes say where the routes are.';
        if ($this->config->get('app.debug')) {
            throw new LogicException($sentence);
        }
        $this->log->error($sentence);
        return $this->publicLink() ?? '';
    }

    /**
     * Returns what `@ticketCenter` shows: the signed-in user's Ticket Center, and nothing to anonymous visitors.
     *
     * A user whose address cannot be signed sees the view `deskseal::fallback`, and the code is logged. In
     * debug mode it is thrown.
     *
     * @param array{user?: ?Authenticatable, align?: ?string, maxWidth?: ?string, container?: ?string, crossorigin?: bool, nonce?: ?string} $options
     */
    public function ticketCenter(array $options = []): HtmlString
    {
        $request = $this->app->make('request');
        $user = array_key_exists('user', $options) ? $options['user'] : $request->user();
        if ($user === null) {
            return new HtmlString('');
        }
        self::markPrivate($request);
        if ($request->attributes->has(self::ANSWERED)) {
            $this->log->warning('A page that is streamed shows a Ticket Center: send it with Cache-Control: ' . Contract::CACHE_CONTROL);
        }
        unset($options['user']);
        try {
            $embed = $this->embed($user, $options + ['nonce' => $this->nonce()]);
            return new HtmlString(Contract::NO_HISTORY . $embed->html);
        } catch (DesksealException $error) {
            $this->report($error);
            $fallback = $this->app->make(Factory::class)->make('deskseal::fallback');
            return new HtmlString($fallback->with('publicLink', $this->publicLink())->render());
        }
    }

    /** Remembers that the answer carries an identity. */
    public static function markPrivate(Request $request): void
    {
        $request->attributes->set(self::MARK, true);
    }

    /** Keeps an answer with somebody's identity out of caches, whatever the controller has set. */
    public static function keepPrivate(RequestHandled $handled): void
    {
        $handled->request->attributes->set(self::ANSWERED, true);
        if ($handled->request->attributes->has(self::MARK)) {
            $handled->response->headers->set('Cache-Control', Contract::CACHE_CONTROL);
        }
    }

    /** Logs why somebody gets the public form instead; in debug mode, it is thrown. */
    public function report(DesksealException $error): void
    {
        if ($this->config->get('app.debug')) {
            throw $error;
        }
        $this->log->error('A customer gets the public form instead: ' . $error->errorCode());
    }

    /** Returns the verifier with a product's secret: `ticket_center` or `portal`. */
    public function verifier(string $product): Verifier
    {
        return Verifier::fromNamed(...self::variables($this->settings($product)));
    }

    /**
     * Returns each text for a product's secret that can be used, for `explain` to recognise a mix-up.
     *
     * @return list<string>
     */
    public function usableSecrets(string $product): array
    {
        return array_values(array_filter(self::variables($this->settings($product))[1], self::isUsable(...)));
    }

    /**
     * Returns the host that customers visit.
     *
     * @throws InputException the portal's URL cannot be used
     */
    public function portalHost(): string
    {
        return portal_host($this->portalUrl());
    }

    /**
     * Returns the values of variables by their names, for the configuration.
     *
     * @param list<string> $names
     * @return array<string, mixed>
     */
    public static function environment(array $names): array
    {
        return array_combine($names, array_map(env(...), $names));
    }

    /** @param array<string, mixed> $settings */
    private static function address(Authenticatable $user, #[SensitiveParameter] array $settings): string
    {
        return (string) data_get($user, (string) ($settings['email'] ?? '') ?: 'email');
    }

    private function portalUrl(): string
    {
        return (string) ($this->settings('portal')['url'] ?? '');
    }

    /**
     * Returns a product's configuration. What the application has not set is empty, and rejected with its code.
     *
     * @return array<string, mixed>
     */
    private function settings(string $product): array
    {
        return (array) $this->config->get("deskseal.$product");
    }

    /**
     * Returns the product's signer, a new one where the configured secret has changed.
     *
     * @param array<string, mixed> $settings
     */
    private function signer(string $product, #[SensitiveParameter] array $settings): Signer
    {
        $secret = $settings['secret'] ?? null;
        [$kept, $signer] = $this->signers[$product] ?? [null, null];
        if ($signer === null || $kept->getValue() !== $secret) {
            $signer = Signer::fromNamed(...self::variables($settings));
            $this->signers[$product] = [new SensitiveParameterValue($secret), $signer];
        }
        return $signer;
    }

    /**
     * Returns the names and the values of the variables that may hold a product's secret. A secret that the
     * configuration gives as a text counts as the variable `secret`.
     *
     * @param array<string, mixed> $settings
     * @return array{list<string>, list<string|null>}
     */
    private static function variables(#[SensitiveParameter] array $settings): array
    {
        $secret = $settings['secret'] ?? null;
        $secrets = is_array($secret) ? $secret : ['secret' => $secret];
        return [array_keys($secrets), array_map(self::textOrNone(...), array_values($secrets))];
    }

    private static function isUsable(#[SensitiveParameter] ?string $secret): bool
    {
        try {
            new Signer($secret);
            return true;
        } catch (SecretException) {
            return false;
        }
    }

    /** What `env()` takes for something else than text, as it does `true`, is no secret. */
    private static function textOrNone(#[SensitiveParameter] mixed $value): ?string
    {
        return is_string($value) ? $value : null;
    }

    /** Newer versions of Laravel have one nonce for all of a page's scripts. */
    private function nonce(): ?string
    {
        $vite = 'Illuminate\Foundation\Vite';
        return $this->app->bound($vite) ? $this->app->make($vite)->cspNonce() : null;
    }
}
