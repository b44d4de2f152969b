<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Exception\DesksealException;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use Exception;
use PHPUnit\Framework\TestCase;
use ReflectionClass;
use ReflectionException;
use SensitiveParameterValue;

use function Deskseal\generate_secret;

require_once __DIR__ . '/Php.php';
require_once __DIR__ . '/Rejections.php';

/** Secrets: where they are read from, and where they are never shown. */
final class SecretsTest extends TestCase
{
    use Rejections;

    private const NAME = 'HELPDESKY_HMAC_SECRET';
    private const SECRET = 'the-secret-of-these-tests-alone';
    private const OLD = 'the-older-secret-of-these-tests';
    private const NOW = 1767225600;

    private array $server;
    private array $env;

    protected function setUp(): void
    {
        [$this->server, $this->env] = [$_SERVER, $_ENV];
    }

    protected function tearDown(): void
    {
        [$_SERVER, $_ENV] = [$this->server, $this->env];
        putenv(self::NAME);
        putenv('HTTP_X_SECRET');
    }

    public function testVariablesAreReadFromThreePlaces(): void
    {
        self::assertSame('secret_missing', self::code(fn () => Signer::fromEnv(self::NAME)));
        putenv(self::NAME . '=the-secret-that-getenv-returns');
        self::assertMadeWith('the-secret-that-getenv-returns');
        $_ENV[self::NAME] = 'the-secret-that-is-in-env';
        self::assertMadeWith('the-secret-that-is-in-env');
        $_SERVER[self::NAME] = 'the-secret-that-is-in-server';
        self::assertMadeWith('the-secret-that-is-in-server');
        $_SERVER[self::NAME] = ['not', 'a', 'text'];
        self::assertMadeWith('the-secret-that-is-in-env');
        unset($_SERVER[self::NAME]);
        $_ENV[self::NAME] = '';
        self::assertSame('secret_empty', self::code(fn () => Signer::fromEnv(self::NAME)));
        self::assertSame('secret_empty', self::code(fn () => Verifier::fromEnv(self::NAME)));
    }

    public function testSuperglobalsMayBeReferencesOrUnset(): void
    {
        $server = [self::NAME => self::SECRET];
        $_SERVER = &$server;
        $value = &$server[self::NAME];
        self::assertMadeWith(self::SECRET);
        $value = self::OLD;
        self::assertMadeWith(self::OLD);
        $code = 'unset($GLOBALS["_SERVER"], $_ENV); putenv("A_NAME=' . self::SECRET . '");'
            . 'echo Deskseal\Signer::fromEnv("A_NAME")->signEmail("a@b")->email;';
        self::assertSame('a@b', Php::ran('eval(\'unset($_ENV);\');' . $code)->output);
    }

    public function testTheEnvironmentOfTheProcessIsReadIfTheArraysAreEmpty(): void
    {
        // The script names no superglobal, so that PHP does not fill them by itself.
        $code = 'echo Deskseal\Signer::fromEnv("A_NAME")->signEmail("a@b")->email;';
        $environment = ['A_NAME' => self::SECRET];
        foreach (['variables_order=EGPCS', 'variables_order=S', 'variables_order=E', 'variables_order=G'] as $order) {
            foreach (['auto_globals_jit=1', 'auto_globals_jit=0'] as $filled) {
                $ran = Php::ran($code, [$order, $filled], environment: $environment);
                self::assertSame(['a@b', ''], [$ran->output, $ran->errors], "$order $filled");
            }
        }
        foreach (['variables_order=S', 'variables_order=E'] as $order) {
            $ran = Php::ran($code, ['disable_functions=getenv', $order], environment: $environment);
            self::assertSame('a@b', $ran->output, $order);
        }
        $ran = Php::ran($code, ['disable_functions=getenv', 'variables_order=G'], environment: $environment);
        self::assertStringContainsString('SecretException', $ran->output);
    }

    public function testARequestHeaderIsNeverReadAsAVariable(): void
    {
        $_SERVER['HTTP_X_SECRET'] = $_ENV['HTTP_X_SECRET'] = 'a-secret-that-a-visitor-has-sent';
        self::assertSame('secret_missing', self::code(fn () => Signer::fromEnv('HTTP_X_SECRET')));
        putenv('HTTP_X_SECRET=' . self::SECRET);
        self::assertMadeWith(self::SECRET, 'HTTP_X_SECRET');
    }

    /**
     * @testWith ["", "secret_missing"]
     *           ["NAME\u0000WITH", "secret_missing"]
     *           ["NAME=WITH", "secret_missing"]
     *           ["NEXT_PUBLIC_HELPDESKY_HMAC_SECRET", "secret_public"]
     */
    public function testAnInvalidNameIsRejected(string $name, string $code): void
    {
        // PHP's getenv would read up to the NUL, and the system's up to the next equals sign.
        putenv('NAME=WITH=' . self::SECRET);
        $_SERVER[$name] = $_ENV[$name] = self::SECRET;
        self::assertSame($code, self::code(fn () => Signer::fromEnv($name)));
        self::assertSame($code, self::code(fn () => Verifier::fromEnv($name)));
        putenv('NAME');
    }

    public function testAVariableThatIsNotUtf8IsMalformed(): void
    {
        $_ENV[self::NAME] = "a-secret-with-a-bad-byte-\xFF";
        self::assertSame('secret_malformed', self::code(fn () => Signer::fromEnv(self::NAME)));
        $_ENV['VITE_SECRET'] = "a-secret-with-a-bad-byte-\xFF";
        self::assertSame('secret_malformed', self::code(fn () => Verifier::fromEnv('VITE_SECRET')));
    }

    public function testMissingConfigurationNeverSigns(): void
    {
        foreach ([Signer::class, Verifier::class] as $class) {
            self::assertSame('secret_missing', self::code(fn () => new $class(null)));
            self::assertSame('secret_missing', self::code(fn () => new $class(false)));
            self::assertSame('secret_missing', self::code(fn () => new $class(getenv('A_NAME_THAT_IS_NOT_SET'))));
            self::assertSame('secret_missing', self::code(fn () => new $class($_ENV['A_NAME_THAT_IS_NOT_SET'] ?? null)));
            self::assertSame('secret_empty', self::code(fn () => new $class('')));
        }
        self::assertSame('secret_missing', self::code(fn () => new Verifier(self::SECRET, [[null, 0]])));
        self::assertSame('secret_missing', self::code(fn () => new Verifier(self::SECRET, [[false, 0]])));
        self::assertSame('secret_empty', self::code(fn () => new Verifier(self::SECRET, [['', 0]])));
        $verifier = new Verifier(self::SECRET);
        self::assertSame('secret_missing', self::code(fn () => $verifier->explainEmail('', '', [false])));
        self::assertSame('secret_missing', self::code(fn () => $verifier->explainLink('', '', [null])));
    }

    public function testErrorsComeInTheOrderOfTheSpecification(): void
    {
        $code = fn ($secret, ...$previous) => self::code(fn () => new Verifier($secret, $previous, tolerance: -1));
        self::assertSame('secret_empty', $code('', ['short', -1]));
        self::assertSame('secret_too_short', $code(self::SECRET, ['short', -1], ['', 0]));
        self::assertSame('secret_expiry_malformed', $code(self::SECRET, [self::OLD, -1], ['', 0]));
        self::assertSame('secret_empty', $code(self::SECRET, [self::OLD, 0], ['', 0]));
        self::assertSame('tolerance_malformed', $code(self::SECRET, [self::OLD, 0]));
    }

    public function testGeneratedSecretsAreNewAndUsable(): void
    {
        $secrets = array_map(fn () => generate_secret(), range(1, 100));
        self::assertCount(100, array_unique($secrets));
        foreach ($secrets as $secret) {
            self::assertMatchesRegularExpression('/^dsk_secret_[A-Za-z0-9_-]{43}$/', $secret);
            self::assertSame('a@b', (new Signer($secret))->signEmail('a@b')->email);
        }
    }

    /** @return array<string, array{Signer|Verifier}> */
    public static function holders(): array
    {
        return ['signer' => [new Signer(self::SECRET)], 'verifier' => [new Verifier(self::SECRET, [[self::OLD, 0]])]];
    }

    /** @dataProvider holders */
    public function testNoDumpShowsASecret(Signer|Verifier $holder): void
    {
        $dumps = [
            'var_dump' => self::printed(fn () => var_dump($holder)),
            'print_r' => print_r($holder, true),
            'var_export' => var_export($holder, true),
            'debug_zval_dump' => self::printed(fn () => debug_zval_dump($holder)),
            'json_encode' => json_encode([$holder]),
            'cast' => print_r((array) $holder, true),
            'get_object_vars' => print_r(get_object_vars($holder), true),
            'get_mangled_object_vars' => print_r(get_mangled_object_vars($holder), true),
            'iteration' => print_r([...self::iterated($holder)], true),
            'reflection' => print_r(array_map(
                fn ($property) => $property->getValue($holder),
                (new ReflectionClass($holder))->getProperties(),
            ), true),
            'closure' => print_r(($holder instanceof Signer ? $holder->signEmail(...) : $holder->verifyEmail(...)), true),
        ];
        foreach ($dumps as $way => $dump) {
            self::assertDoesNotMatchRegularExpression('/secret-of-these-tests/', $dump, $way);
        }
        self::assertSame('[{}]', $dumps['json_encode']);
        self::assertStringStartsWith('object(' . $holder::class . ')', $dumps['var_dump']);
    }

    /** @dataProvider holders */
    public function testASecretIsNotSerialised(Signer|Verifier $holder): void
    {
        $this->expectException(Exception::class);
        $this->expectExceptionMessage("Serialization of '" . $holder::class . "' is not allowed");
        serialize([$holder]);
    }

    /**
     * @dataProvider holders
     */
    public function testAHolderIsNotUnserialised(Signer|Verifier $holder): void
    {
        $class = $holder::class;
        $length = strlen($class);
        foreach (["O:$length:\"$class\":0:{}", "C:$length:\"$class\":0:{}", "a:1:{i:0;O:$length:\"$class\":0:{}}"] as $crafted) {
            try {
                // The object of the second form was not constructed, and does nothing.
                $made = @unserialize($crafted);
                $made instanceof Signer ? $made->signEmail('a@b') : $made->verifyEmail('a@b', '');
                self::fail("$crafted is accepted.");
            } catch (Error $error) {
                self::assertStringContainsString('before initialization', $error->getMessage());
            } catch (Exception $exception) {
                self::assertSame("Unserialization of '$class' is not allowed", $exception->getMessage());
            }
        }
    }

    /** @dataProvider holders */
    public function testAHolderIsNotCloned(Signer|Verifier $holder): void
    {
        self::assertFalse((new ReflectionClass($holder))->isCloneable());
        $this->expectException(Error::class);
        $this->expectExceptionMessage('Call to private ' . $holder::class . '::__clone()');
        clone $holder;
    }

    /** @dataProvider holders */
    public function testAHolderCreatedWithoutItsConstructorDoesNothing(Signer|Verifier $holder): void
    {
        $made = (new ReflectionClass($holder))->newInstanceWithoutConstructor();
        $this->expectException(Error::class);
        $this->expectExceptionMessage($holder::class . '::$handle must not be accessed before initialization');
        $made instanceof Signer ? $made->signEmail('a@b') : $made->verifyEmail('a@b', '');
    }

    /** @dataProvider holders */
    public function testAHolderIsConstructedOnce(Signer|Verifier $holder): void
    {
        $signature = (new Signer(self::SECRET))->signEmail('a@b')->signature;
        foreach ([[self::OLD], [''], []] as $arguments) {
            try {
                $holder->__construct(...$arguments);
                self::fail('It is constructed again.');
            } catch (Error | DesksealException) {
                $same = $holder instanceof Signer
                    ? $holder->signEmail('a@b')->signature === $signature
                    : $holder->verifyEmail('a@b', $signature)->secretIndex === 0;
                self::assertTrue($same);
            }
        }
    }

    /** @dataProvider holders */
    public function testAHolderHasNoProperties(Signer|Verifier $holder): void
    {
        self::assertFalse(isset($holder->secret));
        foreach ([fn () => $holder->secret = 'x', fn () => $holder->{'0'} = 'x', fn () => $holder['secret']] as $change) {
            try {
                $change();
                self::fail('It is accepted.');
            } catch (Error $error) {
                self::assertStringContainsString($holder::class, $error->getMessage());
            }
        }
    }

    /** @dataProvider holders */
    public function testAHolderIsEqualOnlyToItself(Signer|Verifier $holder): void
    {
        $class = $holder::class;
        self::assertTrue($holder == $holder);
        self::assertFalse($holder == new $class(self::SECRET));
        self::assertFalse($holder == new $class(self::OLD));
    }

    public function testAFailedConstructorLeavesNoSecretBehind(): void
    {
        foreach (['', 'short', null] as $secret) {
            $holder = null;
            self::assertNotSame('accepted', self::code(function () use (&$holder, $secret) {
                $holder = new Signer($secret);
            }));
            self::assertNull($holder);
        }
    }

    /** @return array<string, array{callable(): mixed}> */
    public static function traced(): array
    {
        $secret = self::SECRET;
        $bad = "$secret\n";
        $verifier = new Verifier($secret);
        $signer = new Signer($secret);
        $link = $signer->portalLink('https://help.company.com', 'u', self::NOW);
        $signed = $signer->signUser('help.company.com', 'u', self::NOW);
        $long = "$secret-twice";
        $identities = new Verifier($long);
        $token = (new Signer($long))->identityToken('desk-1', userId: 'u');
        $claim = ['help.company.com', 'u', (string) self::NOW, $signed->signature];
        return [
            'Signer::__construct' => [fn () => new Signer($bad)],
            'Verifier::__construct' => [fn () => new Verifier($bad, [[$secret, 0]])],
            'by name' => [fn () => new Verifier(previous: [[$bad, 0]], secret: $secret)],
            'Verifier::fromEnv' => [fn () => Verifier::fromEnv('A_NAME_THAT_IS_NOT_SET', [[$secret, 0]])],
            'otherSecrets' => [fn () => $verifier->explainEmail('a@b', '', [$bad])],
            'otherSecrets of a link' => [fn () => $verifier->explainLink('help.company.com', '', [$bad])],
            'signature' => [fn () => $verifier->verifyEmail('a@b', $signed->signature)],
            'signature to explain' => [fn () => $verifier->explainEmail('a@b', $signed->signature, now: -1)],
            'claim' => [fn () => $verifier->verifyUser(...$claim, now: 0)],
            'link' => [fn () => $verifier->verifyLink('help.company.com', $link)],
            'link to explain' => [fn () => $verifier->explainLink('help.company.com', $link, now: -1)],
            'token' => [fn () => $identities->verifyIdentityToken('desk-2', $token)],
            'token to explain' => [fn () => $identities->explainIdentityToken('desk-1', $token, now: -1)],
            'a wrong type' => [fn () => new Verifier($secret, [$secret => 0])],
        ];
    }

    /** @dataProvider traced */
    public function testNoStackTraceShowsASecretOrASignature(callable $call): void
    {
        $setting = ini_set('zend.exception_ignore_args', '0');
        try {
            $call();
            self::fail('It is accepted.');
        } catch (DesksealException | \TypeError $exception) {
            $own = array_filter($exception->getTrace(), fn ($frame) => str_starts_with($frame['class'] ?? '', 'Deskseal\\')
                && !str_starts_with($frame['class'], __NAMESPACE__));
            $arguments = array_merge(...array_column($own, 'args'));
            self::assertContainsOnlyInstancesOf(SensitiveParameterValue::class, array_filter($arguments, is_object(...)));
            self::assertNotSame([], array_filter($arguments, is_object(...)));
            $shown = $exception . $exception->getTraceAsString() . print_r($own, true) . var_export($own, true);
            self::assertDoesNotMatchRegularExpression('/secret-of-these-tests|[0-9a-f]{64}|eyJ/', $shown);
        } finally {
            ini_set('zend.exception_ignore_args', $setting);
        }
    }

    private static function assertMadeWith(string $secret, string $name = self::NAME): void
    {
        $expected = (new Signer($secret))->signEmail('a@b');
        self::assertEquals($expected, Signer::fromEnv($name)->signEmail('a@b'));
        $verified = Verifier::fromEnv(name: $name, tolerance: 0)->verifyEmail('a@b', $expected->signature);
        self::assertSame(0, $verified->secretIndex);
    }

    private static function iterated(object $holder): array
    {
        $fields = [];
        foreach ($holder as $name => $value) {
            $fields[$name] = $value;
        }
        return $fields;
    }

    /** @param callable(): mixed $print */
    private static function printed(callable $print): string
    {
        ob_start();
        $print();
        return ob_get_clean();
    }
}
