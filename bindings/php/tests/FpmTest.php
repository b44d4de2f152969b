<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Signer;
use Deskseal\Tests\Fpm\Server;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/fpm/Answer.php';
require_once __DIR__ . '/fpm/Server.php';

/**
 * The extension in php-fpm: many requests, two workers, with and without the opcode cache and its JIT.
 *
 * @group server
 */
final class FpmTest extends TestCase
{
    private const SECRET = 'the-secret-of-these-tests-alone';

    private const ROUNDS = 20;

    /** @return array<string, array{array<string, string>}> */
    public static function settings(): array
    {
        $cache = self::cache();
        return [
            'without a cache' => [[]],
            'with opcache' => [$cache],
            'with opcache that never looks at files again' => [[...$cache, 'opcache.validate_timestamps' => '0']],
            'with the JIT' => [[...$cache, 'opcache.jit' => 'tracing', 'opcache.jit_buffer_size' => '16M']],
        ];
    }

    /**
     * @dataProvider settings
     * @param array<string, string> $settings
     */
    public function testTheSameWorkersAnswerEveryRequest(array $settings): void
    {
        $server = $this->server($settings);
        $signature = (new Signer(self::SECRET))->signEmail('ada@example.com')->signature;
        $asked = [
            'sign?email=%20Ada@Example.com' => '{"leftOver":false,"signed":' . $this->signed(self::SECRET) . '}',
            "verify?email=Ada@example.com&signature=$signature" => '{"email":"ada@example.com","secretIndex":0}',
            'verify?email=ada@example.com&signature=' . str_repeat('0', 64) => 'signature_mismatch',
            'verify?email=ada@example.com&signature=%FF' => 'signature_malformed',
            'exit' => 'email_malformed last@example.com',
        ];
        $workers = [];
        for ($round = 0; $round < self::ROUNDS; $round++) {
            $answers = $server->answers(array_keys($asked));
            self::assertSame(array_values($asked), array_column($answers, 'text'));
            $workers[] = array_map(fn ($answer) => $answer->worker(), $answers);
        }
        self::assertCount(Server::WORKERS, array_unique(array_merge(...$workers)), 'as many as were started, and no more');
        self::assertNoneDied($server);
    }

    /**
     * @dataProvider settings
     * @param array<string, string> $settings
     */
    public function testNoRequestSeesTheSecretOfAnother(array $settings): void
    {
        $server = $this->server($settings);
        $secrets = array_map(fn ($number) => "secret-number-$number-of-this-test", range(1, 8));
        $pages = array_map(fn ($secret) => "sign?email=ada@example.com&secret=$secret", $secrets);
        $expected = array_map(fn ($secret) => "{\"leftOver\":false,\"signed\":{$this->signed($secret)}}", $secrets);
        for ($round = 0; $round < self::ROUNDS; $round++) {
            self::assertSame($expected, array_column($server->answers($pages), 'text'));
        }
        self::assertNoneDied($server);
    }

    /**
     * @dataProvider settings
     * @param array<string, string> $settings
     */
    public function testAnUncaughtErrorEndsOnlyItsRequestAndShowsNoSecret(array $settings): void
    {
        $server = $this->server(['display_errors' => '1', ...$settings]);
        $secret = 'secret-that-no-stack-trace-shows';
        $workers = [];
        for ($round = 0; $round < self::ROUNDS; $round++) {
            $answer = $server->answer("uncaught?secret=$secret");
            self::assertStringContainsString('Deskseal\Exception\VerificationException', $answer->text);
            self::assertStringNotContainsString($secret, $answer->text);
            $workers[] = $answer->worker();
        }
        self::assertLessThanOrEqual(Server::WORKERS, count(array_unique($workers)));
        self::assertNoneDied($server);
        self::assertStringContainsString('VerificationException', $server->reports());
        self::assertStringNotContainsString($secret, $server->reports());
    }

    /**
     * @dataProvider settings
     * @param array<string, string> $settings
     */
    public function testAPanicBecomesAnExceptionAndTheWorkerAnswersTheNextRequest(array $settings): void
    {
        $server = Server::started(getenv('DESKSEAL_PANIC_EXTENSION'), $settings, self::SECRET);
        $workers = [];
        for ($round = 0; $round < self::ROUNDS; $round++) {
            $caught = $server->answer('panic');
            self::assertStringStartsWith('RuntimeException: Internal error in deskseal', $caught->text);
            $uncaught = $server->answer('panic?uncaught=1');
            self::assertSame(500, $uncaught->status);
            $signed = $server->answer('sign?email=ada@example.com');
            self::assertSame('{"leftOver":false,"signed":' . $this->signed(self::SECRET) . '}', $signed->text);
            array_push($workers, $caught->worker(), $uncaught->worker(), $signed->worker());
        }
        self::assertLessThanOrEqual(Server::WORKERS, count(array_unique($workers)));
        self::assertNoneDied($server);
    }

    /**
     * @dataProvider settings
     * @param array<string, string> $settings
     */
    public function testALongLoopGivesTheSameResultWhenItIsCompiled(array $settings): void
    {
        $server = $this->server($settings);
        self::assertSame(['20000', '20000'], array_column($server->answers(['loop', 'loop']), 'text'));
        $cache = json_decode($server->answer('cache')->text, true);
        self::assertSame(isset($settings['opcache.enable']), $cache['cached']);
        self::assertSame(isset($settings['opcache.jit']), $cache['compiled']);
        self::assertNoneDied($server);
    }

    public function testAPreloadedClassUsesTheExtension(): void
    {
        $user = posix_getpwuid(posix_geteuid())['name'];
        $preloading = ['opcache.preload' => __DIR__ . '/fpm/preload.php', 'opcache.preload_user' => $user];
        $server = $this->server([...self::cache(), ...$preloading]);
        for ($round = 0; $round < self::ROUNDS; $round++) {
            self::assertSame($this->signed(self::SECRET), $server->answer('preloaded?email=ada@example.com')->text);
        }
        self::assertNoneDied($server);
    }

    public function testARequestHeaderIsNeverReadAsAVariable(): void
    {
        $headers = ['HTTP_DESKSEAL_SECRET' => 'secret-that-a-visitor-has-sent'];
        $answer = $this->server([])->answer('header', $headers);
        self::assertSame('secret_missing, although PHP has secret-that-a-visitor-has-sent', $answer->text);
    }

    public function testPhpinfoShowsOnlyTheVersion(): void
    {
        $version = phpversion('deskseal');
        $page = strip_tags($this->server([])->answer('info')->text);
        self::assertSame(['deskseal', 'version', $version], preg_split('/\s+/', trim($page)));
        ob_start();
        (new \ReflectionExtension('deskseal'))->info();
        self::assertSame("deskseal\n\nversion => $version", trim(ob_get_clean()));
    }

    /**
     * PHP 8.5 has the cache built in.
     *
     * @return array<string, string>
     */
    private static function cache(): array
    {
        $loading = PHP_VERSION_ID < 80500 ? ['zend_extension' => 'opcache'] : [];
        return [...$loading, 'opcache.enable' => '1', 'opcache.file_update_protection' => '0'];
    }

    /** @param array<string, string> $settings */
    private function server(array $settings): Server
    {
        return Server::started(getenv('DESKSEAL_EXTENSION'), $settings, self::SECRET);
    }

    private function signed(string $secret): string
    {
        return json_encode((new Signer($secret))->signEmail('ada@example.com'));
    }

    private static function assertNoneDied(Server $server): void
    {
        self::assertDoesNotMatchRegularExpression('/exited|signal|SIG[A-Z]+|core dumped/', $server->reports());
    }
}
