<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Tests;

use Deskseal\Exception\VerificationException;
use Deskseal\Laravel\Desk;
use Deskseal\Laravel\Facades\Deskseal;
use Deskseal\Signer;
use Deskseal\Verifier;
use Illuminate\Auth\GenericUser;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Facade;
use PHPUnit\Framework\TestCase;

final class DesksealTest extends TestCase
{
    private const SECRET = 'example-secret-for-documentation';
    private const PORTAL_SECRET = 'another-secret-for-documentation';
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
        $this->setEnvironment(array_fill_keys(array_keys(self::ENVIRONMENT), null));
        Vite::$nonce = null;
        Facade::clearResolvedInstances();
    }

    public function testTheDirectiveShowsTheUsersTicketCenter(): void
    {
        $answer = $this->shop->get('/page', self::ADA);

        self::assertSame('<h1>Support</h1>' . $this->embed(), $answer->getContent());
        $this->assertPrivate($answer);
    }

    public function testTheDirectiveShowsStrangersNothing(): void
    {
        $answer = $this->shop->get('/page');

        self::assertSame('<h1>Support</h1>', $answer->getContent());
        self::assertFalse($answer->headers->hasCacheControlDirective('no-store'));
    }

    public function testTheDirectiveTakesOptions(): void
    {
        $options = ['align' => 'left', 'maxWidth' => '40rem', 'container' => 'help', 'nonce' => 'abc'];
        $this->shop->view('page', '@ticketCenter(' . var_export($options, true) . ')');

        self::assertSame($this->embed(...$options), $this->shop->get('/page', self::ADA)->getContent());
    }

    public function testTheDirectiveTakesAnotherGuardsUser(): void
    {
        $user = var_export(self::ADA, true);
        $this->shop->view('page', "@ticketCenter(['user' => new \\Illuminate\\Auth\\GenericUser($user)])");
        self::assertSame($this->embed(), $this->shop->get('/page')->getContent());

        $this->shop->view('page', "@ticketCenter(['user' => null])nobody");
        self::assertSame('nobody', $this->shop->get('/page', self::ADA)->getContent());
    }

    public function testTheDirectiveTakesTheNonceOfNewerVersionsOfLaravel(): void
    {
        class_alias(Vite::class, 'Illuminate\Foundation\Vite');
        self::assertStringContainsString($this->embed(), $this->shop->get('/page', self::ADA)->getContent());

        Vite::$nonce = 'of-vite';
        $page = $this->shop->get('/page', self::ADA)->getContent();
        self::assertStringContainsString($this->embed(nonce: 'of-vite'), $page);
    }

    public function testWhatAControllerSaysAboutCachesDoesNotHoldForAnIdentity(): void
    {
        $this->assertPrivate($this->shop->get('/public', self::ADA));
        self::assertTrue($this->shop->get('/public')->headers->hasCacheControlDirective('public'));
    }

    public function testAUserWithoutAddressGetsThePublicFormAndTheCodeIsLogged(): void
    {
        $answer = $this->shop->get('/page', self::NO_ADDRESS);

        self::assertSame(200, $answer->getStatusCode());
        $link = '<a href="' . self::PUBLIC_LINK . '">Contact support</a>';
        self::assertStringContainsString($link, $answer->getContent());
        self::assertStringContainsString('email_empty', $this->shop->log());
    }

    public function testThereIsNoLinkWithoutAPortal(): void
    {
        config(['deskseal.portal.url' => null]);

        self::assertSame('<h1>Support</h1>', trim($this->shop->get('/page', self::NO_ADDRESS)->getContent()));
        self::assertSame(404, $this->shop->get('/deskseal/portal', self::ADA)->getStatusCode());
    }

    /** @dataProvider targets */
    public function testDebugModeShowsTheErrorAndNoSecret(string $target): void
    {
        // The page quotes this file, so that no secret may be written in it.
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

    public function testAStrangerGetsThePublicForm(): void
    {
        self::assertSame(self::PUBLIC_LINK, $this->shop->get('/deskseal/portal')->headers->get('Location'));
    }

    public function testALinkThatCannotBeSignedBecomesThePublicOne(): void
    {
        config(['deskseal.portal.secret' => null]);

        $answer = $this->shop->get('/deskseal/portal', self::ADA);
        self::assertSame(self::PUBLIC_LINK, $answer->headers->get('Location'));
        self::assertStringContainsString('secret_missing', $this->shop->log());
    }

    public function testTheIdentityIsJson(): void
    {
        $answer = $this->shop->get('/deskseal/identity', self::ADA);

        $signed = (new Signer(self::SECRET))->signEmail('ada@example.com');
        $expected = ['email' => $signed->email, 'signature' => $signed->signature, 'helpdeskId' => 'desk-1'];
        self::assertSame($expected, json_decode($answer->getContent(), true));
        $this->assertPrivate($answer);
    }

    public function testAStrangerHasNoIdentity(): void
    {
        $answer = $this->shop->get('/deskseal/identity');

        self::assertSame([204, ''], [$answer->getStatusCode(), $answer->getContent()]);
        $this->assertPrivate($answer);
    }

    public function testAnIdentityThatCannotBeSignedIsACode(): void
    {
        $answer = $this->shop->get('/deskseal/identity', ['id' => 1, 'email' => 'ada']);
        self::assertSame([422, '{"error":{"code":"email_malformed"}}'], [$answer->getStatusCode(), $answer->getContent()]);

        config(['deskseal.ticket_center.secret' => null]);
        $answer = $this->shop->get('/deskseal/identity', self::ADA);
        self::assertSame([503, '{"error":{"code":"secret_missing"}}'], [$answer->getStatusCode(), $answer->getContent()]);
    }

    public function testOneProductsSecretNeverServesTheOther(): void
    {
        config(['deskseal.portal.secret' => null]);
        self::assertSame(200, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
        self::assertSame(self::PUBLIC_LINK, $this->shop->get('/deskseal/portal', self::ADA)->headers->get('Location'));

        config(['deskseal.portal.secret' => self::PORTAL_SECRET, 'deskseal.ticket_center.secret' => null]);
        self::assertSame(503, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
        $link = $this->shop->get('/deskseal/portal', self::ADA)->headers->get('Location');
        self::assertStringContainsString('user_id=42', $link);
    }

    public function testTheConfigurationSaysWhatOfAUserIsSigned(): void
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

    public function testTheConfigurationSurvivesItsCache(): void
    {
        $this->shop->artisan('config:cache');
        self::assertTrue($this->shop->has('bootstrap/cache/config.php'));
        $this->setEnvironment(array_fill_keys(array_keys(self::ENVIRONMENT), null));

        $desk = $this->shop->booted()->make(Desk::class);
        self::assertSame('ada@example.com', $desk->identity(new GenericUser(self::ADA))['email']);
    }

    public function testCachesAreMadeWithoutASecret(): void
    {
        $this->setEnvironment(array_fill_keys(array_keys(self::ENVIRONMENT), null));
        $this->shop = new Shop();
        foreach (['config:cache' => 'cached', 'view:cache' => 'cached'] as $command => $said) {
            self::assertStringContainsString($said, $this->shop->artisan($command), $command);
        }
        self::assertSame('<h1>Support</h1>', $this->shop->get('/page')->getContent());
        self::assertSame(503, $this->shop->get('/deskseal/identity', self::ADA)->getStatusCode());
    }

    public function testTheCommandExplains(): void
    {
        $signature = (new Signer(self::PORTAL_SECRET))->signEmail('ada@example.com')->signature;
        self::assertStringStartsWith(
            'secret_of_other_purpose: ',
            $this->shop->artisan("deskseal:explain ada@example.com $signature"),
        );
        $link = (new Signer(self::PORTAL_SECRET))->portalLink('https://help.company.com', '42', timestamp: 1);
        self::assertStringStartsWith('link_expired: ', $this->shop->artisan("deskseal:explain '$link'"));

        config(['deskseal.ticket_center.secret' => null]);
        $output = $this->shop->artisan('deskseal:explain ada@example.com 00');
        self::assertStringStartsWith('secret_missing: ', $output);
    }

    public function testTheConfigurationAndTheViewArePublished(): void
    {
        $this->shop->artisan('vendor:publish --tag=deskseal-views');
        self::assertTrue($this->shop->has('resources/views/vendor/deskseal/fallback.blade.php'));
        $this->shop->view('vendor/deskseal/fallback', 'Write to us: {{ $publicLink }}');
        $page = $this->shop->get('/page', self::NO_ADDRESS)->getContent();
        self::assertSame('<h1>Support</h1>Write to us: ' . self::PUBLIC_LINK, $page);
        self::assertStringContainsString('Publishing complete', $this->shop->artisan('vendor:publish --tag=deskseal-config'));
    }

    public function testVerifyingTheRawTargetRefusesARepeatedParameter(): void
    {
        $verifier = new Verifier(self::PORTAL_SECRET);
        $link = (new Signer(self::PORTAL_SECRET))->portalLink('https://help.company.com', 'a+b &ü');
        $target = substr($link, strlen('https://help.company.com'));

        $request = new Request(server: ['REQUEST_URI' => $target]);
        self::assertSame('a+b &ü', $verifier->verifyLink('help.company.com', $request->getRequestUri())->userId);
        $this->expectException(VerificationException::class);
        $request = new Request(server: ['REQUEST_URI' => "$target&user_id=43"]);
        $verifier->verifyLink('help.company.com', $request->getRequestUri());
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

    private function assertPrivate(\Symfony\Component\HttpFoundation\Response $answer): void
    {
        $directives = explode(', ', $answer->headers->get('Cache-Control'));
        sort($directives);
        self::assertSame(['no-store', 'private'], $directives);
    }

    private function embed(string ...$options): string
    {
        return (new Signer(self::SECRET))->ticketCenter('ada@example.com', 'desk-1', ...$options)->html;
    }
}
