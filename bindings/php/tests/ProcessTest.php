<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Php.php';

/** The extension when a process panics, exits, has a fatal error, or ends. */
final class ProcessTest extends TestCase
{
    private const SECRET = '"example-secret-for-documentation"';

    public function testAPanicBecomesAnOrdinaryException(): void
    {
        $ran = Php::ran(<<<'PHP'
            $signer = new Deskseal\Signer('example-secret-for-documentation');
            foreach (range(1, 100) as $round) {
                try {
                    Deskseal\Internal\Answer::text(Deskseal\Internal\panic());
                    exit(1);
                } catch (Exception $exception) {
                    $class = $exception::class;
                    assert($class === 'RuntimeException' && str_starts_with($exception->getMessage(), 'Internal error in deskseal'));
                    assert($exception->getTrace()[1]['line'] === 4);
                }
                assert($signer->signEmail('ada@example.com')->email === 'ada@example.com');
            }
            echo 'lives on';
            PHP, extension: Php::extension('DESKSEAL_PANIC_EXTENSION'));
        self::assertSame(['lives on', 0], [$ran->output, $ran->exitCode]);
    }

    /** @return array<string, array{string, string, int}> the code, what it prints, and the exit code */
    public static function ends(): array
    {
        $make = '$signer = new Deskseal\Signer(' . self::SECRET . '); $sign = fn () => $signer->signEmail("a@b")->email;';
        $destructor = 'class Last { function __construct(public $signer) {} function __destruct() { %s } }';
        return [
            'live objects' => ["$make static \$kept; \$kept = [\$signer, \$signer->signEmail('a@b')]; echo 'x';", 'x', 0],
            'a cycle' => ["$make \$a = new stdClass; \$a->self = \$a; \$a->signer = \$signer; unset(\$a); echo gc_collect_cycles() > 0;", '1', 0],
            'exit in the middle' => ["$make echo \$sign(); exit(3); echo \$sign();", 'a@b', 3],
            'a shutdown function' => ["$make register_shutdown_function(fn () => print(\$sign())); exit(4);", 'a@b', 4],
            'a destructor at the end' => [
                sprintf($destructor, 'echo $this->signer->signEmail("a@b")->email;') . "$make \$last = new Last(\$signer);",
                'a@b',
                0,
            ],
            'an exception in a destructor at the end' => [
                sprintf($destructor, 'try { $this->signer->signEmail(""); } catch (Exception $e) { echo $e->errorCode(); }')
                    . "$make \$last = new Last(\$signer);",
                'email_empty',
                0,
            ],
            'exit inside of a moment' => [
                'class Moment extends DateTime { function getTimestamp(): int { exit(5); } }'
                    . "$make new Deskseal\Verifier(" . self::SECRET . ', [[' . self::SECRET . ', new Moment()]]);',
                '',
                5,
            ],
            'the first exception is a DesksealException' => ["try { new Deskseal\Signer(''); } catch (Exception) { echo 'x'; }", 'x', 0],
        ];
    }

    /** @dataProvider ends */
    public function testAProcessEndsWithTheExpectedOutputAndExitCode(string $code, string $output, int $exitCode): void
    {
        $ran = Php::ran($code);
        self::assertSame([$output, '', $exitCode], [$ran->output, $ran->errors, $ran->exitCode]);
    }

    public function testAFatalErrorIsReportedByPhp(): void
    {
        $make = '$signer = new Deskseal\Signer(' . self::SECRET . ');';
        $uncaught = Php::ran("$make \$signer->signEmail('');", ['display_errors=1']);
        self::assertStringContainsString('Uncaught Deskseal\Exception\InputException', $uncaught->output);
        self::assertSame(255, $uncaught->exitCode);
        $full = Php::ran("$make while (true) { \$all[] = \$signer->ticketCenter('a@b', 'desk-1'); }", ['memory_limit=8M']);
        self::assertStringContainsString('Allowed memory size', $full->output);
        self::assertSame(255, $full->exitCode);
        $slow = Php::ran("$make while (true) { \$signer->signEmail('a@b'); }", ['max_execution_time=1']);
        self::assertStringContainsString('Maximum execution time', $slow->output);
        self::assertSame(255, $slow->exitCode);
    }

    public function testAHolderCannotBeExtended(): void
    {
        foreach (['Signer', 'Verifier'] as $class) {
            $ran = Php::ran("class Extended extends Deskseal\\$class {}");
            self::assertStringContainsString('final class', $ran->output . $ran->errors);
            self::assertSame(255, $ran->exitCode);
        }
    }

    public function testPhpinfoShowsTheVersionAndNothingElse(): void
    {
        $ran = Php::ran('phpinfo(INFO_MODULES);', ['html_errors=0']);
        self::assertSame(1, preg_match('/\ndeskseal\n\n(.*?)\n\n/s', $ran->output, $found));
        self::assertSame('version => ' . phpversion('deskseal'), trim($found[1]));
        $reflected = Php::ran('(new ReflectionExtension("deskseal"))->info();')->output;
        self::assertStringNotContainsString('secret', $ran->output . $reflected);
    }
}
