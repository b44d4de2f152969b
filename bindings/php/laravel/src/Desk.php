<?php

declare(strict_types=1);

namespace Deskseal\Laravel;

use Deskseal\Embed;
use Deskseal\Exception\DesksealException;
use Deskseal\Exception\InputException;
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
use SensitiveParameterValue;

/**
 * The application's help desk: its two products, each with its own secret, which is read when something is
 * signed.
 */
class Desk
{
    /** What no cache may keep: a page or an answer that carries an identity. */
    public const PRIVATE = 'private, no-store';

    /**
     * Stands before a Ticket Center in a page: htmx then keeps no copy of the page, with the signature in it, in
     * the browser's storage.
     */
    private const NO_COPY = '<template data-hx-history="false"></template>';

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
        $settings = [
            'scriptUrl' => $this->text('ticket_center.script_url') ?: null,
            'crossorigin' => $this->config->get('deskseal.ticket_center.crossorigin', false),
        ];
        return $this->signer('ticket_center')->ticketCenter(
            (string) data_get($user, $this->text('ticket_center.email') ?: 'email'),
            $this->text('ticket_center.helpdesk_id'),
            ...$options + $settings,
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
        $attributes = $this->embed($user)->attributes;
        return [
            'email' => $attributes['data-email'],
            'signature' => $attributes['data-signature'],
            'helpdeskId' => $attributes['data-helpdesk-id'],
        ];
    }

    /**
     * Returns the link that opens the portal's form as this user, for five minutes.
     *
     * @throws DesksealException the secret cannot be used, or the id or the portal's URL cannot be signed
     */
    public function portalLink(Authenticatable $user): string
    {
        $attribute = $this->text('portal.user_id');
        $id = $attribute === '' ? $user->getAuthIdentifier() : data_get($user, $attribute);
        return $this->signer('portal')->portalLink($this->text('portal.url'), (string) $id);
    }

    /** Returns the link that opens the portal's form as a stranger, or null without a portal. */
    public function publicLink(): ?string
    {
        try {
            // What a portal's URL is, and how it becomes a link, is not decided here.
            $signer = new Signer(\Deskseal\generate_secret());
            return strtok($signer->portalLink($this->text('portal.url'), 'nobody'), '?');
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
     * Returns what `@ticketCenter` shows: the signed-in user's Ticket Center, and nothing to strangers.
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
            $this->log->warning('A page that is streamed shows a Ticket Center: send it with Cache-Control: ' . self::PRIVATE);
        }
        unset($options['user']);
        try {
            $embed = $this->embed($user, $options + ['nonce' => $this->nonce()]);
            return new HtmlString(self::NO_COPY . $embed->html);
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
            $handled->response->headers->set('Cache-Control', self::PRIVATE);
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
        return new Verifier($this->secret($product));
    }

    /**
     * Returns the secret of a product, if it can be used, for `explain` to recognise a mix-up.
     *
     * @return list<string>
     */
    public function usableSecrets(string $product): array
    {
        try {
            $this->signer($product);
        } catch (DesksealException) {
            return [];
        }
        return [$this->secret($product)];
    }

    /** Returns the host that customers visit. */
    public function portalHost(): string
    {
        return (string) parse_url($this->text('portal.url'), PHP_URL_HOST);
    }

    /** Returns the product's signer, a new one where the configured secret has changed. */
    private function signer(string $product): Signer
    {
        $secret = $this->secret($product);
        [$kept, $signer] = $this->signers[$product] ?? [null, null];
        if ($signer === null || $kept->getValue() !== $secret) {
            $signer = new Signer($secret);
            $this->signers[$product] = [new SensitiveParameterValue($secret), $signer];
        }
        return $signer;
    }

    /** What `env()` takes for something else than text, as it does `true`, is no secret. */
    private function secret(string $product): ?string
    {
        $secret = $this->config->get("deskseal.$product.secret");
        return is_string($secret) ? $secret : null;
    }

    /** What the application has not set is empty, and refused with its code. */
    private function text(string $setting): string
    {
        return (string) $this->config->get("deskseal.$setting");
    }

    /** Newer versions of Laravel have one nonce for all of a page's scripts. */
    private function nonce(): ?string
    {
        $vite = 'Illuminate\Foundation\Vite';
        return class_exists($vite) ? $this->app->make($vite)->cspNonce() : null;
    }
}
