<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use App\Http\Controllers\AskForHelp;
use App\Http\Controllers\Support;
use App\Providers\AppServiceProvider;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Illuminate\Config\Repository;
use Illuminate\Container\Container;
use Illuminate\Events\Dispatcher;
use Illuminate\Filesystem\FilesystemServiceProvider;
use Illuminate\Http\Request;
use Illuminate\Routing\Redirector;
use Illuminate\Routing\RouteCollection;
use Illuminate\Routing\Router;
use Illuminate\Routing\UrlGenerator;
use Illuminate\Support\Facades\Facade;
use Illuminate\View\ViewServiceProvider;
use PHPUnit\Framework\TestCase;
use Symfony\Component\HttpFoundation\Response;

/**
 * Every block of the README runs, in order, and its controllers and pages answer.
 *
 * @group laravel
 */
final class ReadmeTest extends TestCase
{
    private const SECRETS = [
        'HELPDESKY_HMAC_SECRET' => 'the-secret-of-these-tests-alone',
        'LETTERBOOK_PORTAL_TICKET_SECRET' => 'the-portal-secret-of-these-tests',
        'DESKSEAL_IDENTITY_SECRET' => 'the-secret-of-the-identities-of-these-tests',
    ];

    /** Laravel's components and its reader of the environment, as packaged by Debian. */
    private const LARAVEL = [
        'Illuminate/Config', 'Illuminate/Events', 'Illuminate/Filesystem', 'Illuminate/Http', 'Illuminate/Routing',
        'Illuminate/View', 'Dotenv',
    ];

    private static string $folder;

    /** @var array<string, mixed> what the blocks define, and what the configuration returns */
    private static array $defined;

    public static function setUpBeforeClass(): void
    {
        // This Laravel is older than this PHP, which prints many deprecation notices.
        error_reporting(E_ALL & ~E_DEPRECATED);
        foreach (self::LARAVEL as $component) {
            require_once "$component/autoload.php";
        }
        self::$folder = sys_get_temp_dir() . '/deskseal-readme-' . bin2hex(random_bytes(8));
        mkdir(self::$folder);
        foreach (self::SECRETS as $name => $secret) {
            putenv("$name=$secret");
        }
        self::$defined = self::definedBy(array_filter(self::blocks('php'), fn ($block) => !self::isPage($block)));
    }

    public static function tearDownAfterClass(): void
    {
        foreach (array_keys(self::SECRETS) as $name) {
            putenv($name);
        }
        exec('rm -r ' . escapeshellarg(self::$folder));
        error_reporting(E_ALL);
    }

    public function testTheControllerShowsTheTicketCenter(): void
    {
        $page = $this->answer(self::$defined['configuration'], Request::create('/support'))->getContent();

        $signer = new Signer(self::SECRETS['HELPDESKY_HMAC_SECRET']);
        self::assertStringContainsString('<h1>Support</h1>', $page);
        self::assertStringContainsString($signer->ticketCenter('ada@example.com', 'desk-1')->html, $page);
    }

    public function testTheControllerSendsTheCustomerToAPortalThatVerifiesTheLink(): void
    {
        $link = $this->answer(self::$defined['configuration'], Request::create('/help'))->headers->get('Location');

        self::assertStringStartsWith('https://help.company.com/submit-ticket?', $link);
        self::assertSame('A ticket of customer 42', \submitTicket($link));
        self::assertSame('A public ticket', \submitTicket('/submit-ticket'));
        $tampered = str_replace('user_id=42', 'user_id=43', $link);
        self::assertSame('This link cannot be used: signature_mismatch', \submitTicket($tampered));
    }

    public function testTheControllerThrowsWithoutItsSecret(): void
    {
        $this->expectException(SecretException::class);
        $this->answer(['ticket_center' => ['secret' => null]], Request::create('/support'));
    }

    public function testThePageShowsTheTicketCenter(): void
    {
        $pages = array_values(array_filter(self::blocks('php'), self::isPage(...)));
        mkdir(self::$folder . '/public');
        mkdir(self::$folder . '/vendor');
        $loader = '<?php require ' . var_export(__DIR__ . '/autoload.php', true) . ';';
        file_put_contents(self::$folder . '/vendor/autoload.php', $loader);
        file_put_contents(self::$folder . '/public/page.php', $pages[0]);
        file_put_contents(self::$folder . '/session.php', <<<'PHP'
            <?php
            session_start();
            $_SESSION['email'] = 'Ada@example.com';
            session_write_close();
            PHP);
        $command = [PHP_BINARY, '-d', 'auto_prepend_file=' . self::$folder . '/session.php', self::$folder . '/public/page.php'];
        $process = proc_open($command, [1 => ['pipe', 'w']], $pipes);
        $page = stream_get_contents($pipes[1]);

        self::assertSame(0, proc_close($process), $page);
        $signer = new Signer(self::SECRETS['HELPDESKY_HMAC_SECRET']);
        $html = $signer->ticketCenter('ada@example.com', 'desk-1')->html;
        self::assertSame("<h1>Support</h1>\n$html", rtrim($page, "\n"));
    }

    public function testTheOutputIsAsTheCommentsSay(): void
    {
        self::assertStringStartsWith('{"email":"ada@example.com","signature":"', self::$defined['output']);
        self::assertStringContainsString("\"}email_not_lowercased - ", self::$defined['output']);
    }

    public function testTheTestForUsersReachesItsExpectation(): void
    {
        try {
            (new \LinkTest('testALinkExpires'))->testALinkExpires();
            self::fail('the link is still valid');
        } catch (VerificationException $error) {
            self::assertSame('timestamp_expired', $error->errorCode());
        }
    }

    /** @param array<string, array{secret: ?string}> $services */
    private function answer(array $services, Request $request): Response
    {
        $app = new class extends Container {
            /** What an application has beside a container, and newer versions of the views call. */
            public function terminating(callable $callback): void
            {
            }
        };
        Container::setInstance($app);
        Facade::clearResolvedInstances();
        Facade::setFacadeApplication($app);
        file_put_contents(self::$folder . '/support.blade.php', self::blocks('blade')[1]);
        $views = ['paths' => [self::$folder], 'compiled' => self::$folder];
        $app->instance('config', new Repository(['services' => $services, 'view' => $views]));
        $events = new Dispatcher($app);
        $app->instance('events', $events);
        foreach ([FilesystemServiceProvider::class, ViewServiceProvider::class, AppServiceProvider::class] as $provider) {
            (new $provider($app))->register();
        }
        $app->instance('redirect', new Redirector(new UrlGenerator(new RouteCollection(), $request)));
        $request->setUserResolver(fn () => (object) ['email' => 'Ada@example.com', 'id' => 42]);
        $app->instance(Request::class, $request);
        $router = new Router($events, $app);
        $router->get('/support', Support::class);
        $router->get('/help', AskForHelp::class);
        return $router->dispatch($request);
    }

    /**
     * @param list<string> $blocks
     * @return array<string, mixed>
     */
    private static function definedBy(array $blocks): array
    {
        ob_start();
        foreach ($blocks as $block) {
            $returned = eval($block);
            $configuration ??= $returned;
        }
        $output = ob_get_clean();
        return get_defined_vars();
    }

    private static function isPage(string $block): bool
    {
        return str_starts_with($block, '<?php');
    }

    /** @return list<string> */
    private static function blocks(string $kind): array
    {
        preg_match_all("/^```$kind\n(.*?)^```$/ms", self::readme(), $blocks);
        return $blocks[1];
    }

    private static function readme(): string
    {
        return file_get_contents(dirname(__DIR__) . '/README.md');
    }
}
