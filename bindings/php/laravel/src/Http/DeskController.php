<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Http;

use Deskseal\Contract;
use Deskseal\Exception\DesksealException;
use Deskseal\Laravel\Desk;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;

use function Deskseal\response_unless_click;

/** Signs on each request, so that no page contains a link that expires. */
class DeskController
{
    public function __construct(private readonly Desk $desk)
    {
    }

    /**
     * Redirects a click to the portal's form, with a signed link if the user is signed in. A request of a script
     * or a prefetch gets no signed link.
     */
    public function portal(Request $request): RedirectResponse|Response
    {
        Desk::markPrivate($request);
        $headers = array_map(
            fn (string $name): string => (string) $request->headers->get($name),
            array_combine(Contract::CLICK_HEADERS, Contract::CLICK_HEADERS),
        );
        $unsigned = response_unless_click($request->getRequestUri(), $headers);
        if ($unsigned !== null) {
            return new Response($unsigned->body, $unsigned->status, $unsigned->headers);
        }
        $link = $this->linkOf($request->user()) ?? $this->desk->publicLink();
        abort_if($link === null, 404);
        return new RedirectResponse($link);
    }

    /**
     * Answers with the signed identity of the signed-in user, as JSON: `{ email, signature, helpdeskId }`.
     *
     * For an anonymous visitor it is empty, with status 204. An error is `{ error: { code } }`, with status 422 if
     * the address cannot be signed, 503 if the deployment is misconfigured, and 403 for a page of another site, unless
     * the configuration lists its origin (SPEC 6.4).
     */
    public function identity(Request $request): JsonResponse|Response
    {
        Desk::markPrivate($request);
        if ($this->desk->isFromAnotherSite($request)) {
            return self::error(Contract::STATUS_CROSS_SITE, Contract::CODE_CROSS_SITE);
        }
        if ($request->user() === null) {
            return new Response('', Contract::STATUS_NOT_SIGNED_IN, Contract::IDENTITY_HEADERS);
        }
        try {
            $identity = $this->desk->identity($request->user());
            return new JsonResponse($identity, Contract::STATUS_IDENTITY, Contract::IDENTITY_HEADERS);
        } catch (DesksealException $error) {
            $this->desk->report($error);
            $status = $error->isAboutCustomer() ? Contract::STATUS_ABOUT_CUSTOMER : Contract::STATUS_UNAVAILABLE;
            return self::error($status, $error->errorCode());
        }
    }

    private static function error(int $status, string $code): JsonResponse
    {
        return new JsonResponse(['error' => ['code' => $code]], $status, Contract::IDENTITY_HEADERS);
    }

    private function linkOf(?Authenticatable $user): ?string
    {
        try {
            return $user === null ? null : $this->desk->portalLink($user);
        } catch (DesksealException $error) {
            $this->desk->report($error);
            return null;
        }
    }
}
