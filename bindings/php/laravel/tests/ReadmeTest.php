<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Tests;

use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Testing\TestCase as LaravelTestCase;
use PHPUnit\Framework\TestCase;

/** Every block of the README runs. */
final class ReadmeTest extends TestCase
{
    private Shop $shop;

    protected function setUp(): void
    {
        foreach (parse_ini_string(self::blocks('ini')[0]) as $name => $value) {
            // An ellipsis is in place of the rest of the secret.
            $_ENV[$name] = str_replace('…', str_repeat('x', 8) . bin2hex(random_bytes(8)), $value);
        }
        $this->shop = new Shop();
    }

    protected function tearDown(): void
    {
        foreach (array_keys(parse_ini_string(self::blocks('ini')[0])) as $name) {
            unset($_ENV[$name]);
        }
    }

    public function testTheViewShowsTheLinkAndTheTicketCenter(): void
    {
        $view = self::blocks('blade')[0];
        self::assertStringContainsString($view, file_get_contents(dirname(__DIR__, 2) . '/README.md'));
        $this->shop->view('page', $view);

        $page = $this->shop->get('/page', ['id' => 42, 'email' => 'Ada@example.com'])->getContent();

        $signer = new Signer($_ENV['HELPDESKY_HMAC_SECRET']);
        $embed = $signer->ticketCenter('ada@example.com', 'desk-1')->html;
        self::assertStringStartsWith("<a href=\"http://localhost/deskseal/portal\">Help</a>\n", $page);
        self::assertStringEndsWith($embed, trim($page));
    }

    public function testTheReadmesNameTheVersionsOfLaravelThatComposerAllows(): void
    {
        $manifest = json_decode(file_get_contents(dirname(__DIR__) . '/composer.json'), true, flags: JSON_THROW_ON_ERROR);
        $parts = array_filter($manifest['require'], fn (string $name): bool => str_starts_with($name, 'illuminate/'), ARRAY_FILTER_USE_KEY);
        self::assertCount(1, array_unique($parts));
        preg_match_all('/\^(\d+)\.(\d+)/', reset($parts), $versions);
        self::assertSame(range(8, 13), array_map(intval(...), $versions[1]));
        $supported = "Laravel {$versions[1][0]}.{$versions[2][0]} to 13";
        foreach ([dirname(__DIR__), dirname(__DIR__, 3)] as $folder) {
            self::assertStringContainsString($supported, file_get_contents("$folder/README.md"));
        }
    }

    public function testTheRecipeVerifiesALink(): void
    {
        $recipe = self::blocks('php')[0];
        $this->shop->app->make('router')->get('/submit-ticket', fn () => eval($recipe . 'return $id;'));

        self::assertSame('an anonymous visitor', $this->shop->get('/submit-ticket')->getContent());
        $signer = new Signer($_ENV['LETTERBOOK_PORTAL_TICKET_SECRET']);
        $link = $signer->portalLink('https://help.company.com', '42');
        self::assertSame('42', $this->shop->get($link)->getContent());
        $answer = $this->shop->get("$link&user_id=43");
        self::assertSame(500, $answer->getStatusCode());
        self::assertInstanceOf(VerificationException::class, $answer->exception);
        self::assertSame('identity_repeated', $answer->exception->errorCode());
    }

    public function testTheTestForUsersPasses(): void
    {
        $shop = $this->shop;
        $parent = new class ('of the class alone') extends LaravelTestCase {
            public static Shop $shop;

            public function createApplication(): Application
            {
                return self::$shop->booted();
            }
        };
        $parent::$shop = $shop;
        class_alias($parent::class, 'Tests\TestCase');
        eval(self::blocks('php')[1]);

        $name = 'testCustomersSeeTheirTicketCenter';
        $steps = fn (string ...$names) => array_map(fn ($step) => $this->$step(), $names);
        $assertions = self::getCount();
        $steps->call(new \SupportTest($name), 'setUp', $name, 'tearDown');

        self::assertGreaterThan($assertions, self::getCount());
    }

    /** @return list<string> */
    private static function blocks(string $kind): array
    {
        $readme = file_get_contents(dirname(__DIR__) . '/README.md');
        preg_match_all("/^```$kind\n(.*?)^```$/ms", $readme, $blocks);
        return $blocks[1];
    }
}
