<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Tests;

use Deskseal\Exception\DesksealException;
use Deskseal\Exception\VerificationException;
use Deskseal\Laravel\Desk;
use Deskseal\Laravel\Facades\Deskseal;
use Deskseal\Laravel\Http\DeskController;
use Deskseal\Signer;
use Deskseal\Verifier;
use Illuminate\Auth\GenericUser;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Facade;
use JsonSchema\Validator;
use LogicException;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Response;

final class DesksealTest extends TestCase
{
    private const SECRET = 'the-secret-of-these-tests-alone';
    private const PORTAL_SECRET = 'the-portal-secret-of-these-tests';
    private const ENVIRONMENT = [
        'HELPDESKY_HMAC_SECRET' => self::SECRET,
        'HELPDESKY_HELPDESK_ID' => 'desk-1',
        'LETTERBOOK_PORTAL_TICKET_SECRET' => self::PORTAL_SECRET,
        'LETTERBOOK_PORTAL_URL' => 'https://help.company.com',
    ];
    private const PUBLIC_LINK = 'https://help.company.com/submit-ticket';
    private const ADA = ['id' => 42, 'email' => 'Ada@example.com', 'uuid' => 'uuid-42', 'work' => 'work@example.com'];
    private const NO_ADDRESS = ['id' => 43, 'email' => ''];

    private Shop $shop;

    protected function setUp(): void
    {
        $this->setEnvironment(self::ENVIRONMENT);
        $this->shop = new Shop();
    }

    protected function tearDown(): void
    {
        foreach ([self::SECRET, self::PORTAL_SECRET] as $secret) {
            self::assertStringNotContainsString($secret, $this->shop->log());
        }
        $this->setEnvironment(array_fill_keys([...array_keys(self::ENVIRONMENT), 'HDH_HMAC_SECRET'], null));
        Vite::$nonce = null;
        Facade::clearResolvedInstances();
    }

    public function testTheDirectiveShowsTheUsersTicketCenter(): void
    {
        $answer = $this->shop->get('/page', self::ADA);

        self::assertSame('<h1>Support</h1>' . $this->page(), $answer->getContent());
        $this->assertPrivate($answer);
    }

    public function testTheDirectiveShowsAnonymousVisitorsNothing(): void
    {
        $answer = $this->shop->get('/page');

        self::assertSame('<h1>Support</h1>', $answer->getContent());
        self::assertFalse($answer->headers->hasCacheControlDirective('no-store'));
    }

    public function testTheDirectiveTakesOptions(): void
    {
        $options = ['align' => 'left', 'maxWidth' => '40rem', 'container' => 'help', 'crossorigin' => true, 'nonce' => 'abc'];
        $this->shop->view('page', '@ticketCenter(' . var_export($options, true) . ')');

        self::assertSame($this->page(...$options), $this->shop->get('/page', self::ADA)->getContent());
    }

    public function testTheDirectiveTakesAnotherGuardsUser(): void
    {
        $user = var_export(self::ADA, true);
        $this->shop->view('page', "@ticketCenter(['user' => new \\Illuminate\\Auth\\GenericUser($user)])");
        self::assertSame($this->page(), $this->shop->get('/page')->getContent());

        foreach (['null', 'false', "''"] as $none) {
            $this->shop = new Shop();
            $this->shop->view('page', "@ticketCenter(['user' => $none])empty");
            self::assertSame('empty', $this->shop->get('/page', self::ADA)->getContent(), $none);
        }
    }

    public function testTheDirectiveTakesTheNonceOfNewerVersionsOfLaravel(): void
    {
        $this->shop->app->singleton('Illuminate\Foundation\Vite', Vite::class);
        self::assertStringContainsString($this->page(), $this->shop->get('/page', self::ADA)->getContent());

        Vite::$nonce = 'of-vite';
        $page = $this->shop->get('/page', self::ADA)->getContent();
        self::assertStringContainsString($this->page(nonce: 'of-vite'), $page);
    }

    public function testAnEmptyNonceIsIgnored(): void
    {
        $this->shop->app->singleton('Illuminate\Foundation\Vite', Vite::class);
        Vite::$nonce = '';
        self::assertStringContainsString($this->page(), $this->shop->get('/page', self::ADA)->getContent());
        self::assertSame($this->embed(), Deskseal::embed(new GenericUser(self::ADA), ['nonce' => ''])->html);

        Vite::$nonce = 'of-vite';
        $this->shop->view('empty', "@ticketCenter(['nonce' => ''])");
        $this->shop->app->make('router')->get('/empty', fn () => view('empty'));
        $page = $this->shop->get('/empty', self::ADA)->getContent();
        self::assertSame($this->page(nonce: 'of-vite'), $page);
    }

    public function testAPageWithAnIdentityOverridesTheControllersCacheHeader(): void
    {
        $this->assertPrivate($this->shop->get('/public', self::ADA));
        self::assertTrue($this->shop->get('/public')->headers->hasCacheControlDirective('public'));
    }

    public function testAStreamedPageLogsAWarning(): void
    {
        $answer = $this->shop->get('/stream', self::ADA);
        $this->expectOutputString('<h1>Support</h1>' . $this->page());
        $answer->sendContent();

        self::assertStringContainsString('Cache-Control: private, no-store', $this->shop->log());
    }

    public function testAUserWithoutAddressGetsThePublicFormAndTheCodeIsLogged(): void
    {
        $answer = $this->shop->get('/page', self::NO_ADDRESS);

        self::assertSame(200, $answer->getStatusCode());
        $link = '<a href="' . self::PUBLIC_LINK . '">Contact support</a>';
        self::assertStringContainsString($link, $answer->getContent());
        self::assertStringContainsString('email_empty', $this->shop->log());
    }

    public function testTheFallbackHasNoLinkWithoutAPortal(): void
    {
        config(['deskseal.portal.url' => null]);

        self::assertSame('<h1>Support</h1>', trim($this->shop->get('/page', self::NO_ADDRESS)->getContent()));
        self::assertSame(404, $this->shop->get('/deskseal/portal', self::ADA)->getStatusCode());
    }

    /** @dataProvider targets */
    public function testDebugModeShowsTheErrorAndNoSecret(string $target): void
    {
        // The page quotes this file, so this file must contain no secret.
        $secrets = [\Deskseal\generate_secret(), bin2hex(random_bytes(7))];
        $this->shop = new Shop(debug: true);
        config(['deskseal.ticket_center.secret' => $secrets[0], 'deskseal.portal.secret' => $secrets[1]]);
        $answer = $this->shop->get($target, self::NO_ADDRESS);

        self::assertSame(500, $answer->getStatusCode());
        self::assertMatchesRegularExpression('/InputException|SecretException/', $answer->getContent());
        foreach ($secrets as $secret) {
            self::assertStringNotContainsString($secret, $answer->getContent() . $this->shop->log());
        }
    }

    /** @return list<list<string>> */
    public static function targets(): array
    {
        return [['/page'], ['/deskseal/identity'], ['/deskseal/portal']];
    }

    public function testTheMenuLinkLeadsToTheRouteThatSigns(): void
    {
        $this->shop->view('page', '<a href="{{ portalLink() }}">Help</a>');
        $page = $this->shop->get('/page', self::ADA);
        self::assertSame('<a href="http://localhost/deskseal/portal">Help</a>', $page->getContent());
        self::assertFalse($page->headers->hasCacheControlDirective('no-store'));

        $answer = $this->shop->get('/deskseal/portal', self::ADA);
        self::assertSame(302, $answer->getStatusCode());
        $this->assertPrivate($answer);
        $verifier = new Verifier(self::PORTAL_SECRET);
        self::assertSame('42', $verifier->verifyLink('help.company.com', $answer->headers->get('Location'))->userId);
    }

    /** @dataProvider clicks */
    public function testThePortalsLinkIsSignedOnlyForAClick(array $headers, array $expected): void
    {
        $path = '/deskseal/portal';
        $target = isset($expected['query']) ? "$path?{$expected['query']}" : $path;
        $answer = $this->shop->get($target, self::ADA, $headers);

        self::assertContains($answer->getStatusCode(), $expected['status']);
        $this->assertPrivate($answer);
        $location = (string) $answer->headers->get('Location');
        self::assertSame($expected['signed'], str_contains($location, 'user_id_signature='));
        if (isset($expected['content_type'])) {
            self::assertSame("{$expected['content_type']}; charset=utf-8", strtolower($answer->headers->get('Content-Type')));
        }
        foreach ($expected['headers'] ?? [] as $name => $value) {
            self::assertSame(str_replace('PATH', $path, $value), $answer->headers->get($name));
        }
        foreach ($expected['body'] ?? [] as $part) {
            self::assertStringContainsString(str_replace('PATH', $path, $part), $answer->getContent());
        }
        foreach ($expected['without'] ?? [] as $part) {
            self::assertStringNotContainsString($part, $answer->getContent());
        }
    }

    /** @return array<string, array{array<string, string>, array<string, mixed>}> */
    public static function clicks(): array
    {
        $clicks = json_decode(file_get_contents(dirname(__DIR__, 4) . '/tests/portal_requests.json'), true);
        $expected = fn (array $case): array => [$case['headers'], $clicks['answers'][$case['answer']]];
        return array_combine(array_column($clicks['cases'], 'comment'), array_map($expected, $clicks['cases']));
    }

    public function testAnAnonymousVisitorGetsThePublicForm(): void
    {
        self::assertSame(self::PUBLIC_LINK, $this->shop->get('/deskseal/portal')->headers->get('Location'));
    }

    public function testALinkThatCannotBeSignedBecomesThePublicLink(): void
    {
        config(['deskseal.portal.secret' => null]);

        $answer = $this->shop->get('/deskseal/portal', self::ADA);
        self::assertSame(self::PUBLIC_LINK, $answer->headers->get('Location'));
        self::assertStringContainsString('Deskseal: secret_missing: The environment variable', $this->shop->log());
    }

    public function testAnErrorOfTheDeploymentIsReportedOnce(): void
    {
        $reported = [];
        $this->shop->app->make(ExceptionHandler::class)->reportable(
            function (DesksealException $error) use (&$reported): void {
                $reported[] = $error->getMessage();
            },
        );
        $this->shop->get('/page', ['id' => 7, 'email' => 'not an address']);
        self::assertSame([], $reported);

        config(['deskseal.ticket_center.secret' => ['HELPDESKY_HMAC_SECRET' => self::SECRET . "\n"]]);
        $this->shop->get('/page', self::ADA);
        $this->shop->get('/page', self::ADA);
        self::assertCount(1, $reported);
        self::assertStringContainsString('HELPDESKY_HMAC_SECRET', $reported[0]);
    }

    public function testTheIdentityIsJson(): void
    {
        $answer = $this->shop->get('/deskseal/identity', self::ADA);

        $signed = (new Signer(self::SECRET))->signEmail('ada@example.com');
        $expected = ['email' => $signed->email, 'signature' => $signed->signature, 'helpdeskId' => 'desk-1'];
        self::assertSame($expected, json_decode($answer->getContent(), true));
        $this->assertPrivate($answer);
        self::assertSame([], $this->violations(json_decode($answer->getContent()), self::schema()));
    }

    public function testAnAnonymousVisitorHasNoIdentity(): void
    {
        $answer = $this->shop->get('/deskseal/identity');

        self::assertSame([204, ''], [$answer->getStatusCode(), $answer->getContent()]);
        $this->assertPrivate($answer);
    }

    public function testAPageOfAnotherSiteGetsNoIdentity(): void
    {
        foreach ([null, 'https://app.example.com', 'null'] as $origin) {
            $answer = $this->fetchedFrom('cross-site', $origin);
            self::assertSame([403, '{"error":{"code":"cross_site"}}'], [$answer->getStatusCode(), $answer->getContent()]);
            $this->assertIdentityHeaders($answer);
        }
    }

    public function testAPageOfAnotherSiteGetsTheIdentityIfItsOriginIsListed(): void
    {
        $origins = ['https://app.example.com', 'http://localhost:3000'];
        config(['deskseal.ticket_center.origins' => $origins]);
        foreach ($origins as $origin) {
            self::assertSame(200, $this->fetchedFrom('cross-site', $origin)->getStatusCode());
        }
        foreach ([null, 'null', 'http://app.example.com', 'https://app.example.com.evil.example'] as $other) {
            self::assertSame(403, $this->fetchedFrom('cross-site', $other)->getStatusCode());
        }
    }

    public function testAPageOfThisSiteAndAClientWithoutTheHeaderGetTheIdentity(): void
    {
        foreach (['same-origin', 'same-site', 'none', null] as $site) {
            $answer = $this->fetchedFrom($site);
            self::assertSame(200, $answer->getStatusCode());
            $this->assertIdentityHeaders($answer);
        }
    }

    public function testTheIdentityHasItsHeadersWithEveryStatus(): void
    {
        $answers = [204 => $this->shop->get('/deskseal/identity')];
        $answers[422] = $this->shop->get('/deskseal/identity', ['id' => 1]);
        config(['deskseal.ticket_center.helpdesk_id' => null]);
        $answers[503] = $this->shop->get('/deskseal/identity', self::ADA);
        foreach ($answers as $status => $answer) {
            self::assertSame($status, $answer->getStatusCode());
            $this->assertIdentityHeaders($answer);
        }
    }

    public function testAnOriginThatIsNoneIsRejectedAndTheSettingIsNamed(): void
    {
        $desk = $this->shop->app->make(Desk::class);
        foreach (['*', 'null', 'app.example.com', 'https://app.example.com/', 'https://*.example.com', '', null] as $origin) {
            config(['deskseal.ticket_center.origins' => ['https://app.example.com', $origin]]);
            try {
                $desk->isFromAnotherSite(Request::create('/deskseal/identity'));
                self::fail("$origin was accepted");
            } catch (LogicException $error) {
                self::assertStringStartsWith('deskseal.ticket_center.origins has ', $error->getMessage());
            }
        }
    }

    public function testTheOriginsAreReadFromTheEnvironment(): void
    {
        self::assertSame([], Shop::deskseal(true)['ticket_center']['origins']);
        $this->setEnvironment(['DESKSEAL_ORIGINS' => 'https://app.example.com, http://localhost:3000']);
        $settings = Shop::deskseal(true);
        $this->setEnvironment(['DESKSEAL_ORIGINS' => null]);
        self::assertSame(['https://app.example.com', 'http://localhost:3000'], $settings['ticket_center']['origins']);
    }

    /** @dataProvider addresses */
    public function testAnAddressThatCannotBeSignedAnswers422WithTheCode(array $user, string $code): void
    {
        $this->assertError(422, $code, $this->shop->get('/deskseal/identity', $user));
        self::assertSame(200, $this->shop->get('/page', $user)->getStatusCode());
    }

    /** @return array<string, array{array<string, mixed>, string}> */
    public static function addresses(): array
    {
        return [
            'none' => [['id' => 1], 'email_empty'],
            'null' => [['id' => 1, 'email' => null], 'email_empty'],
            'empty' => [['id' => 1, 'email' => ''], 'email_empty'],
            'a name' => [['id' => 1, 'email' => 'ada'], 'email_malformed'],
            'long' => [['id' => 1, 'email' => str_repeat('x', 320) . '@example.com'], 'email_too_long'],
        ];
    }

    /** @dataProvider mistakes */
    public function testAMisconfiguredDeploymentAnswers503WithTheCode(string $setting, mixed $value, string $code): void
    {
        config(["deskseal.ticket_center.$setting" => $value]);

        $this->assertError(503, $code, $this->shop->get('/deskseal/identity', self::ADA));
        $page = $this->shop->get('/page', self::ADA);
        self::assertSame(200, $page->getStatusCode());
        self::assertStringContainsString(self::PUBLIC_LINK, $page->getContent());
    }

    /** @return list<array{string, mixed, string}> */
    public static function mistakes(): array
    {
        return [
            ['secret', null, 'secret_missing'],
            ['secret', true, 'secret_missing'],
            ['secret', 'changeme', 'secret_placeholder'],
            ['secret', '$HELPDESKY_HMAC_SECRET', 'secret_placeholder'],
            ['helpdesk_id', null, 'helpdesk_id_malformed'],
            ['helpdesk_id', 'YOUR_HELPDESK_ID', 'helpdesk_id_malformed'],
        ];
    }

    public function testAnInvalidScriptUrlShowsTheFallback(): void
    {
        config(['deskseal.ticket_center.script_url' => 'javascript:alert(1)']);

        self::assertStringContainsString(self::PUBLIC_LINK, $this->shop->get('/page', self::ADA)->getContent());
        self::assertStringContainsString('embed_option_malformed', $this->shop->log());
    }

    public function testTheSecondUsualVariableIsReadUnlessTheFirstDiffers(): void
    {
        $this->setEnvironment(['HELPDESKY_HMAC_SECRET' => null, 'HDH_HMAC_SECRET' => self::SECRET]);
        $this->shop = new Shop();
        self::assertStringContainsString($this->page(), $this->shop->get('/page', self::ADA)->getContent());

        $this->setEnvironment(['HELPDESKY_HMAC_SECRET' => self::PORTAL_SECRET]);
        $this->shop = new Shop();
        $this->assertError(503, 'secret_conflict', $this->shop->get('/deskseal/identity', self::ADA));
        self::assertStringStartsWith('secret_conflict: ', $this->shop->artisan('deskseal:explain ada@example.com 00'));
    }

    public function testAChangedSecretIsUsedAtOnce(): void
    {
        $desk = $this->shop->app->make(Desk::class);
        $customer = new GenericUser(self::ADA);
        self::assertSame($this->embed(), $desk->embed($customer)->html);

        config(['deskseal.ticket_center.secret' => self::PORTAL_SECRET]);
        $signed = (new Signer(self::PORTAL_SECRET))->ticketCenter('ada@example.com', 'desk-1');
        self::assertSame($signed->html, $desk->embed($customer)->html);
    }

    public function testASettingThatIsLeftOutHasItsDefault(): void
    {
        // An application's file replaces all settings of a product.
        config(['deskseal.ticket_center' => ['secret' => self::SECRET, 'helpdesk_id' => 'desk-1']]);
        config(['deskseal.portal' => ['secret' => self::PORTAL_SECRET, 'url' => 'https://help.company.com']]);

        self::assertSame($this->embed(), Deskseal::embed(new GenericUser(self::ADA))->html);
        self::assertStringContainsString('user_id=42&', Deskseal::portalLink(new GenericUser(self::ADA)));
    }

    public function testAUserWithoutAnIdGetsThePortalsPublicForm(): void
    {
        config(['deskseal.portal.user_id' => 'uuid']);

        $answer = $this->shop->get('/deskseal/portal', self::NO_ADDRESS);
        self::assertSame(self::PUBLIC_LINK, $answer->headers->get('Location'));
        self::assertStringContainsString('user_id_empty', $this->shop->log());
    }

    /**
     * @testWith ["next=https://evil.example"]
     *           ["url=//evil.example"]
     *           ["x=%0d%0aLocation:%20x"]
     */
    public function testARequestCannotChangeTheAddressOfTheRedirect(string $attack): void
    {
        $answer = $this->shop->get("http://evil.example/deskseal/portal?$attack", self::ADA);
        self::assertStringStartsWith(self::PUBLIC_LINK . '?user_id=42&', $answer->headers->get('Location'));
    }

    public function testAUsersTextIsEscaped(): void
    {
        $page = $this->shop->get('/page', ['id' => 1, 'email' => '"><script>@example.com']);
        self::assertStringNotContainsString('<script>@', $page->getContent());
    }

    public function testWithoutRoutesTheLinkIsThePublicLinkAndAnErrorIsLogged(): void
    {
        $this->shop = new Shop(routes: false);
        $this->shop->view('page', '<a href="{{ portalLink() }}">Help</a>');

        self::assertSame(404, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
        $page = $this->shop->get('/page', self::ADA);
        self::assertSame('<a href="' . self::PUBLIC_LINK . '">Help</a>', $page->getContent());
        self::assertStringContainsString('no route "deskseal.portal"', $this->shop->log());
    }

    public function testWithoutRoutesDebugModeThrows(): void
    {
        $this->shop = new Shop(debug: true, routes: false);

        $this->expectException(LogicException::class);
        $this->expectExceptionMessage('Give a route of your own that name');
        portalLink();
    }

    public function testWithoutRoutesTheLinkIsTheApplicationsRouteOfThatName(): void
    {
        $this->shop = new Shop(debug: true, routes: false);
        $router = $this->shop->app->make('router');
        $router->get('/help', [DeskController::class, 'portal'])->name('deskseal.portal');
        $router->getRoutes()->refreshNameLookups();

        self::assertSame('http://localhost/help', portalLink());
        $answer = $this->shop->get('/help', self::ADA);
        self::assertStringStartsWith(self::PUBLIC_LINK . '?user_id=42&', $answer->headers->get('Location'));
    }

    public function testOneProductNeverUsesTheSecretOfTheOther(): void
    {
        config(['deskseal.portal.secret' => null]);
        self::assertSame(200, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
        self::assertSame(self::PUBLIC_LINK, $this->shop->get('/deskseal/portal', self::ADA)->headers->get('Location'));

        config(['deskseal.portal.secret' => self::PORTAL_SECRET, 'deskseal.ticket_center.secret' => null]);
        self::assertSame(503, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
        $link = $this->shop->get('/deskseal/portal', self::ADA)->headers->get('Location');
        self::assertStringContainsString('user_id=42', $link);
    }

    public function testTheConfigurationNamesTheAttributesThatAreSigned(): void
    {
        config(['deskseal.ticket_center.email' => 'work', 'deskseal.portal.user_id' => 'uuid']);

        $user = new GenericUser(self::ADA);
        self::assertSame('work@example.com', Deskseal::identity($user)['email']);
        self::assertStringContainsString('user_id=uuid-42&', Deskseal::portalLink($user));
    }

    public function testTheConfigurationNamesAScript(): void
    {
        $url = 'https://desk.company.com/ticket-center.js';
        config(['deskseal.ticket_center.script_url' => $url]);

        self::assertSame($this->embed(scriptUrl: $url), Deskseal::embed(new GenericUser(self::ADA))->html);
    }

    public function testTheConfigurationMayLoadTheScriptWithCors(): void
    {
        config(['deskseal.ticket_center.crossorigin' => true]);

        $user = new GenericUser(self::ADA);
        self::assertSame($this->embed(crossorigin: true), Deskseal::embed($user)->html);
        self::assertSame($this->embed(), Deskseal::embed($user, ['crossorigin' => false])->html);
    }

    public function testTheConfigurationCanBeCached(): void
    {
        $this->shop->artisan('config:cache');
        self::assertTrue($this->shop->has('bootstrap/cache/config.php'));
        $this->setEnvironment(array_fill_keys([...array_keys(self::ENVIRONMENT), 'HDH_HMAC_SECRET'], null));

        $desk = $this->shop->booted()->make(Desk::class);
        self::assertSame('ada@example.com', $desk->identity(new GenericUser(self::ADA))['email']);
    }

    public function testCachesCanBeBuiltWithoutASecret(): void
    {
        $this->setEnvironment(array_fill_keys([...array_keys(self::ENVIRONMENT), 'HDH_HMAC_SECRET'], null));
        $this->shop = new Shop();
        foreach (['config:cache', 'route:cache', 'view:cache'] as $command) {
            self::assertStringContainsString('cached successfully', $this->shop->artisan($command), $command);
        }
        $this->shop->restart();
        self::assertTrue($this->shop->app->routesAreCached());
        self::assertSame('http://localhost/deskseal/portal', portalLink());
        self::assertSame('<h1>Support</h1>', $this->shop->get('/page')->getContent());
        self::assertSame(503, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
    }

    public function testTheCommandExplainsAnEmailAndALink(): void
    {
        $signature = (new Signer(self::PORTAL_SECRET))->signEmail('ada@example.com')->signature;
        self::assertStringStartsWith(
            'secret_of_other_purpose: ',
            $this->shop->artisan("deskseal:explain ada@example.com $signature"),
        );
        $link = (new Signer(self::PORTAL_SECRET))->portalLink('https://help.company.com', '42', timestamp: 1);
        self::assertStringStartsWith('link_expired: ', $this->shop->artisan("deskseal:explain '$link'"));

        foreach ([[null, 'secret_missing'], ['$HELPDESKY_HMAC_SECRET', 'secret_placeholder']] as [$secret, $code]) {
            config(['deskseal.ticket_center.secret' => $secret]);
            $output = $this->shop->artisan('deskseal:explain ada@example.com 00');
            self::assertStringStartsWith("$code: ", $output);
        }
    }

    public function testTheConfigurationAndTheViewArePublished(): void
    {
        $this->shop->artisan('vendor:publish --tag=deskseal-views');
        self::assertTrue($this->shop->has('resources/views/vendor/deskseal/fallback.blade.php'));
        $this->shop->view('vendor/deskseal/fallback', 'Write to us: {{ $publicLink }}');
        $page = $this->shop->get('/page', self::NO_ADDRESS)->getContent();
        self::assertSame('<h1>Support</h1>Write to us: ' . self::PUBLIC_LINK, $page);
        $answer = $this->shop->artisan('vendor:publish --tag=deskseal-config');
        self::assertStringContainsString('Publishing', $answer);
        self::assertStringNotContainsString('No publishable resources', $answer);
    }

    public function testVerifyingTheRawTargetRejectsARepeatedParameter(): void
    {
        $verifier = new Verifier(self::PORTAL_SECRET);
        $link = (new Signer(self::PORTAL_SECRET))->portalLink('https://help.company.com', 'a+b &ü');
        $target = substr($link, strlen('https://help.company.com'));

        $request = new Request(server: ['REQUEST_URI' => $target]);
        self::assertSame('a+b &ü', $verifier->verifyLink('help.company.com', $request->getRequestUri())->userId);
        foreach (['user_id=43', 'user_id_signature=0', 'user_id_timestamp=1'] as $repeated) {
            $request = new Request(server: ['REQUEST_URI' => "$target&$repeated"]);
            try {
                $verifier->verifyLink('help.company.com', $request->getRequestUri());
                self::fail($repeated);
            } catch (VerificationException $error) {
                self::assertSame('identity_repeated', $error->errorCode(), $repeated);
            }
        }
    }

    /** @param array<string, ?string> $variables */
    private function setEnvironment(array $variables): void
    {
        foreach ($variables as $name => $value) {
            unset($_ENV[$name], $_SERVER[$name]);
            putenv($value === null ? $name : "$name=$value");
            if ($value !== null) {
                $_ENV[$name] = $value;
            }
        }
    }

    private function assertError(int $status, string $code, Response $answer): void
    {
        self::assertSame([$status, "{\"error\":{\"code\":\"$code\"}}"], [$answer->getStatusCode(), $answer->getContent()]);
        self::assertSame([], $this->violations(json_decode($answer->getContent()), self::schema()->definitions->error));
        $this->assertPrivate($answer);
        self::assertStringContainsString($code, $this->shop->log());
    }

    /** @return list<array<string, mixed>> the schema's errors about a response */
    private function violations(object $answer, object $schema): array
    {
        $validator = new Validator();
        $validator->validate($answer, $schema);
        return $validator->getErrors();
    }

    private static function schema(): object
    {
        return json_decode(file_get_contents(dirname(__DIR__, 4) . '/tests/identity.schema.json'));
    }

    /** Returns what Ada's browser gets when it fetches the identity for a page. */
    private function fetchedFrom(?string $site, ?string $origin = null): Response
    {
        $headers = array_filter(['Sec-Fetch-Site' => $site, 'Origin' => $origin]);
        return $this->shop->get('/deskseal/identity', self::ADA, $headers);
    }

    private function assertIdentityHeaders(Response $answer): void
    {
        $this->assertPrivate($answer);
        self::assertSame('same-origin', $answer->headers->get('Cross-Origin-Resource-Policy'));
        self::assertSame('nosniff', $answer->headers->get('X-Content-Type-Options'));
    }

    private function assertPrivate(Response $answer): void
    {
        $directives = explode(', ', $answer->headers->get('Cache-Control'));
        sort($directives);
        self::assertSame(['no-store', 'private'], $directives);
    }

    /** Returns the customer's Ticket Center as a page has it. */
    private function page(string|bool ...$options): string
    {
        return '<template data-hx-history="false"></template>' . $this->embed(...$options);
    }

    private function embed(string|bool ...$options): string
    {
        return (new Signer(self::SECRET))->ticketCenter('ada@example.com', 'desk-1', ...$options)->html;
    }
}
