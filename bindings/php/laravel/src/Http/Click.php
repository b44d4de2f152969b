<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Http;

use Illuminate\Http\Request;
use Illuminate\Http\Response;

/**
 * Tells whether a request for the portal's route is a customer's click: nothing else is signed. Libraries that
 * swap pages cannot follow a redirect to another site, and what is fetched ahead may never be visited. Every
 * language has this table, and `tests/portal_requests.json` pins all of them.
 */
final class Click
{
    /** Headers of a visit that the browser makes ahead, if the value says so. */
    private const PREFETCHES = ['Sec-Purpose', 'X-Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'];
    private const IS_PREFETCH = '/prefetch|prerender|preview/i';

    /** Headers of libraries that put what they fetch into the page, whatever the value. */
    private const FETCHERS = [
        'HX-Request',
        'HX-Boosted',
        'Turbo-Frame',
        'X-Turbo-Request-Id',
        'Turbolinks-Referrer',
        'X-Livewire-Navigate',
        'X-PJAX',
        'X-Up-Version',
        'RSC',
        'Next-Router-Prefetch',
    ];

    /** Applications that show websites send their own name in `X-Requested-With`, with every visit. */
    private const IS_SCRIPT = '/\A(?:xmlhttprequest|fetch|swup)\z/i';

    /** The query of the route where the page below has asked for it. */
    private const ASKED_AGAIN = 'again';

    private const PLAIN = 'text/plain; charset=utf-8';
    private const HTML = 'text/html; charset=utf-8';

    private readonly string $path;

    public function __construct(private readonly Request $request)
    {
        $this->path = '/' . ltrim($request->getBaseUrl() . $request->getPathInfo(), '/\\');
    }

    /** Returns the answer to a request that is no click, and null for a click. */
    public function answerUnlessClicked(): ?Response
    {
        if ($this->header('X-Inertia') !== '') {
            return new Response('', 409, ['Content-Type' => self::PLAIN, 'X-Inertia-Location' => $this->path]);
        }
        if ($this->isFetched()) {
            return $this->leaving();
        }
        return $this->isAhead() ? self::prefetch() : null;
    }

    private function isFetched(): bool
    {
        $isLibrary = array_filter(self::FETCHERS, fn (string $name): bool => $this->header($name) !== '') !== [];
        return $isLibrary
            || !in_array($this->header('Sec-Fetch-Mode'), ['', 'navigate'], true)
            || preg_match(self::IS_SCRIPT, $this->header('X-Requested-With')) === 1;
    }

    private function isAhead(): bool
    {
        $says = fn (string $name): bool => preg_match(self::IS_PREFETCH, $this->header($name)) === 1;
        return array_filter(self::PREFETCHES, $says) !== [];
    }

    private function header(string $name): string
    {
        return (string) $this->request->headers->get($name);
    }

    /** Neither a success nor HTML: browsers drop it, and ask again when the link is clicked. */
    private static function prefetch(): Response
    {
        $body = "This link is signed when it is clicked, so there is nothing to fetch before.\n";
        return new Response($body, 403, ['Content-Type' => self::PLAIN]);
    }

    /**
     * Returns a page that makes a library leave for the route itself, in its own way or by `refresh`. A service
     * worker that fetches what is visited gets the page again: the second time it only has a link.
     */
    private function leaving(): Response
    {
        $url = e($this->path);
        $isAskedAgain = $this->request->server->get('QUERY_STRING') === self::ASKED_AGAIN;
        $refresh = $isAskedAgain ? '' : "<meta http-equiv=\"refresh\" content=\"0; url=$url?" . self::ASKED_AGAIN . '">';
        $page = <<<HTML
            <!doctype html>
            <meta name="turbo-visit-control" content="reload">
            <meta name="turbolinks-visit-control" content="reload">
            <title>Support</title>
            <body>
            $refresh
            <a href="$url">Contact support</a>

            HTML;
        return new Response($page, 200, ['Content-Type' => self::HTML, 'HX-Redirect' => $this->path]);
    }
}
