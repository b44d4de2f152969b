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
use Illuminate\Contracts\Debug\ExceptionHandler;
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
 * Signs for the application's users, with the configuration of its two products. Each product has its own
 * secret, which is read when something is signed.
 */
class Desk
{
    private const PORTAL_ROUTE = 'deskseal.portal';

    private const MARK = 'deskseal.private';
    private const RESPONDED = 'deskseal.responded';

    /** @var array<string, array{SensitiveParameterValue, Signer}> the signer of each product, and its secret */
    private array $signers = [];

    /** @var array<string, true> the sentences of errors of the deployment that were reported */
    private array $reported = [];

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
     * @throws DesksealException the secret, the address or an option is invalid
     */
    public function embed(Authenticatable $user, array $options = []): Embed
    {
        $settings = $this->settings('ticket_center');
        // An empty nonce is none.
        $options['nonce'] = ($options['nonce'] ?? '') ?: null;
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
     * Returns the values that a page's own code needs to mount the Ticket Center.
     *
     * @return array{email: string, signature: string, helpdeskId: string}
     *
     * @throws DesksealException the secret or the address is invalid
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
     * Returns the link that opens the portal's form as this user. It is valid for five minutes.
     *
     * @throws DesksealException the secret, the id or the portal's URL is invalid
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
     * Returns the address of the route that signs on each request. Views call `portalLink()` for it.
     *
     * An application that has switched the package's routes off needs its own route of that name. Without one,
     * this returns the portal's public link and logs an error. In debug mode, it throws.
     */
    public function portalAddress(): string
    {
        if ($this->app->make(Router::class)->has(self::PORTAL_ROUTE)) {
            return $this->app->make(UrlGenerator::class)->route(self::PORTAL_ROUTE);
        }
        $sentence = 'portalLink() finds no route "' . self::PORTAL_ROUTE . '". Give a route of your own that name, '
            . 'or set deskseal.routes in the configuration.';
        if ($this->config->get('app.debug')) {
            throw new LogicException($sentence);
        }
        $this->log->error($sentence);
        return $this->publicLink() ?? '';
    }

    /**
     * Returns the markup of `@ticketCenter`: the signed-in user's Ticket Center; empty for anonymous visitors.
     *
     * If the address cannot be signed, the user sees the view `deskseal::fallback`, and the code is logged. In
     * debug mode, the error is thrown instead.
     *
     * If the option `user` is null or false, no user is signed in.
     *
     * @param array{user?: Authenticatable|false|null, align?: ?string, maxWidth?: ?string, container?: ?string, crossorigin?: bool, nonce?: ?string} $options
     */
    public function ticketCenter(array $options = []): HtmlString
    {
        $request = $this->app->make('request');
        $user = array_key_exists('user', $options) ? $options['user'] : $request->user();
        if (!$user) {
            return new HtmlString('');
        }
        self::markPrivate($request);
        if ($request->attributes->has(self::RESPONDED)) {
            $this->log->warning('A streamed page shows a Ticket Center. Send it with the header Cache-Control: ' . Contract::CACHE_CONTROL);
        }
        unset($options['user']);
        try {
            $options['nonce'] = ($options['nonce'] ?? '') ?: $this->nonce();
            $embed = $this->embed($user, $options);
            return new HtmlString(Contract::NO_HISTORY . $embed->html);
        } catch (DesksealException $error) {
            $this->report($error);
            $fallback = $this->app->make(Factory::class)->make('deskseal::fallback');
            return new HtmlString($fallback->with('publicLink', $this->publicLink())->render());
        }
    }

    /**
     * Tells whether a page of another site sent the request, and the configuration does not list its origin.
     *
     * @throws LogicException an entry of the configuration is not an origin
     */
    public function isFromAnotherSite(Request $request): bool
    {
        $origins = $this->origins();
        return $request->headers->get(Contract::SITE_HEADER) === Contract::CROSS_SITE
            && !in_array($request->headers->get('Origin'), $origins, true);
    }

    /** Marks the request: its response contains an identity. */
    public static function markPrivate(Request $request): void
    {
        $request->attributes->set(self::MARK, true);
    }

    /** Keeps a response with an identity out of caches, even if the controller has set another header. */
    public static function keepPrivate(RequestHandled $handled): void
    {
        $handled->request->attributes->set(self::RESPONDED, true);
        if ($handled->request->attributes->has(self::MARK)) {
            $handled->response->headers->set('Cache-Control', Contract::CACHE_CONTROL);
        }
    }

    /** Logs the error that gives a customer the public form instead. In debug mode, throws it. */
    public function report(DesksealException $error): void
    {
        if ($this->config->get('app.debug')) {
            throw $error;
        }
        $sentence = $error->getMessage();
        $this->log->error("Deskseal: {$error->errorCode()}: $sentence");
        if (!$error->isAboutCustomer() && !isset($this->reported[$sentence])) {
            $this->reported[$sentence] = true;
            $this->app->make(ExceptionHandler::class)->report($error);
        }
    }

    /** Returns the verifier with a product's secret: `ticket_center` or `portal`. */
    public function verifier(string $product): Verifier
    {
        return Verifier::fromNamed(...self::variables($this->settings($product)));
    }

    /**
     * Returns a product's valid secrets, so that `explain` recognises a mix-up.
     *
     * @return list<string>
     */
    public function usableSecrets(string $product): array
    {
        return array_values(array_filter(self::variables($this->settings($product))[1], self::isUsable(...)));
    }

    /**
     * Returns the portal's canonical host.
     *
     * @throws InputException the portal's URL is invalid
     */
    public function portalHost(): string
    {
        return portal_host($this->portalUrl());
    }

    /**
     * Returns environment variables as values by name, for the configuration.
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

    /** @return list<string> */
    private function origins(): array
    {
        $origins = array_values((array) ($this->settings('ticket_center')['origins'] ?? []));
        foreach ($origins as $origin) {
            if (!is_string($origin) || !preg_match('~^(?:' . Contract::ORIGIN_PATTERN . ')$~D', $origin)) {
                throw new LogicException(
                    'deskseal.ticket_center.origins has ' . json_encode($origin, JSON_UNESCAPED_SLASHES)
                    . ', which is not an origin. Write scheme, host and perhaps a port, in lower case and without a '
                    . 'path: "https://app.example.com".',
                );
            }
        }
        return $origins;
    }

    private function portalUrl(): string
    {
        return (string) ($this->settings('portal')['url'] ?? '');
    }

    /**
     * Returns a product's configuration. A setting that is not set is empty, and rejected later with its code.
     *
     * @return array<string, mixed>
     */
    private function settings(string $product): array
    {
        return (array) $this->config->get("deskseal.$product");
    }

    /**
     * Returns the product's signer, and creates a new one if the configured secret has changed.
     *
     * @param array<string, mixed> $settings
     */
    private function signer(string $product, #[SensitiveParameter] array $settings): Signer
    {
        $secret = $settings['secret'] ?? null;
        [$known, $signer] = $this->signers[$product] ?? [null, null];
        if ($signer === null || $known->getValue() !== $secret) {
            $signer = Signer::fromNamed(...self::variables($settings));
            $this->signers[$product] = [new SensitiveParameterValue($secret), $signer];
        }
        return $signer;
    }

    /**
     * Returns the names and values of the variables that may contain a product's secret. If the configuration
     * has the secret as text, it is treated as a variable named `secret`.
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

    /** Returns a text, and null for other types: `env()` converts the text `true`, for example, to a boolean. */
    private static function textOrNone(#[SensitiveParameter] mixed $value): ?string
    {
        return is_string($value) ? $value : null;
    }

    /** Returns the nonce of a page's scripts, which newer versions of Laravel have. */
    private function nonce(): ?string
    {
        $vite = 'Illuminate\Foundation\Vite';
        return $this->app->bound($vite) ? $this->app->make($vite)->cspNonce() : null;
    }
}
