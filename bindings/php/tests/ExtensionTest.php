<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Internal\SignerHandle;
use Deskseal\Internal\VerifierHandle;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use Exception;
use PHPUnit\Framework\TestCase;
use ReflectionClass;
use ReflectionProperty;
use stdClass;
use Throwable;

require_once __DIR__ . '/Php.php';

/** The extension under the library: a missing extension is reported, and handles are checked. */
final class ExtensionTest extends TestCase
{
    private const SECRET = 'example-secret-for-documentation';
    private const LIBRARY = __DIR__ . '/autoload.php';

    /** @return array<string, array{string}> */
    public static function uses(): array
    {
        return [
            'a signer' => ['new Deskseal\Signer("' . self::SECRET . '");'],
            'a verifier' => ['new Deskseal\Verifier("' . self::SECRET . '");'],
            'a signer by name' => ['Deskseal\Signer::fromEnv("A_NAME");'],
            'a verifier by name' => ['Deskseal\Verifier::fromEnv("A_NAME");'],
            'canonical_email' => ['Deskseal\canonical_email("a@b");'],
            'canonical_host' => ['Deskseal\canonical_host("a.b");'],
            'generate_secret' => ['Deskseal\generate_secret();'],
        ];
    }

    /** @dataProvider uses */
    public function testTheLibraryReportsAMissingExtension(string $use): void
    {
        $code = 'require $argv[1]; try { ' . $use . ' } catch (LogicException $error) { echo $error->getMessage(); }';
        $process = proc_open([PHP_BINARY, '-n', '-r', $code, '--', self::LIBRARY], [1 => ['pipe', 'w']], $pipes);
        $printed = stream_get_contents($pipes[1]);
        proc_close($process);
        $version = phpversion('deskseal');
        $expected = "The library deskseal/deskseal-php $version needs the PHP extension deskseal $version, but it is not "
            . "loaded: install it with `pie install deskseal/deskseal:$version`.";
        self::assertSame($expected, $printed);
    }

    public function testTheLibraryReportsAnExtensionOfAnotherVersion(): void
    {
        $advice = new \ReflectionMethod('Deskseal\Internal\Extension', 'advice');
        self::assertStringContainsString('but version 0.0.9 is loaded: install it', $advice->invoke(null, '0.0.9'));
    }

    /** @return array<string, array{class-string}> */
    public static function handles(): array
    {
        return ['signer' => [SignerHandle::class], 'verifier' => [VerifierHandle::class]];
    }

    /** @dataProvider handles */
    public function testPhpCodeCannotCreateAHandle(string $class): void
    {
        $length = strlen($class);
        foreach (
            [
                fn () => new $class(),
                fn () => (new ReflectionClass($class))->newInstance(),
                fn () => (new ReflectionClass($class))->newInstanceWithoutConstructor(),
                fn () => unserialize("O:$length:\"$class\":0:{}"),
                fn () => unserialize("C:$length:\"$class\":0:{}"),
            ] as $way => $make
        ) {
            try {
                $make();
                self::fail("Way $way makes one.");
            } catch (Error | Exception $error) {
                self::assertNotSame('', $error->getMessage());
            }
        }
        $ran = Php::ran("class Extended extends $class {}");
        self::assertStringContainsString('final class', $ran->output . $ran->errors);
    }

    public function testAHandleIsNotCopiedChangedOrShown(): void
    {
        foreach ([new Signer(self::SECRET), new Verifier(self::SECRET)] as $holder) {
            $handle = self::handle($holder);
            $ways = [fn () => clone $handle, fn () => serialize($handle), fn () => $handle->secret = 'x'];
            foreach ($ways as $way => $attempt) {
                try {
                    $attempt();
                    self::fail("Way $way is accepted.");
                } catch (Error | Exception $error) {
                    self::assertStringNotContainsString(self::SECRET, (string) $error);
                }
            }
            ob_start();
            var_dump($handle);
            $shown = ob_get_clean() . print_r($handle, true) . var_export($handle, true) . json_encode($handle)
                . print_r((array) $handle, true) . new \ReflectionObject($handle);
            self::assertStringNotContainsString(self::SECRET, $shown);
        }
    }

    public function testAHandleIsUsableAfterItsHolderIsDestroyed(): void
    {
        $handle = self::handle(new Signer(self::SECRET));
        gc_collect_cycles();
        self::assertSame('a@b', \Deskseal\Internal\sign_email($handle, 'a@b')[0]);
    }

    public function testAnotherObjectIsRejectedAsAHandle(): void
    {
        [$signer, $verifier] = [self::handle(new Signer(self::SECRET)), self::handle(new Verifier(self::SECRET))];
        $calls = [
            fn (mixed $handle) => \Deskseal\Internal\sign_email($handle, 'a@b'),
            fn (mixed $handle) => \Deskseal\Internal\verify_email($handle, 'a@b', '', null),
        ];
        foreach ([[$verifier, $signer], [new stdClass(), new stdClass()], [null, 1], [new Signer(self::SECRET), []]] as $wrong) {
            foreach ($calls as $number => $call) {
                try {
                    $call($wrong[$number]);
                    self::fail('It is accepted.');
                } catch (\TypeError $error) {
                    self::assertStringContainsString('argument', $error->getMessage());
                }
            }
        }
    }

    public function testAnArgumentOfAnotherTypeIsRejected(): void
    {
        foreach (
            [
                fn () => \Deskseal\Internal\signer(42),
                fn () => \Deskseal\Internal\verifier('', [42], [], 0),
                fn () => \Deskseal\Internal\verifier('', [], ['no second'], 0),
                fn () => \Deskseal\Internal\canonical_email(),
                fn () => \Deskseal\Internal\canonical_email('a', 'b'),
            ] as $call
        ) {
            try {
                $call();
                self::fail('It is accepted.');
            } catch (Throwable $error) {
                self::assertInstanceOf(\TypeError::class, $error);
            }
        }
    }

    private static function handle(Signer|Verifier $holder): object
    {
        return (new ReflectionProperty($holder, 'handle'))->getValue($holder);
    }
}
