<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Exception\DesksealException;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Deskseal\Verifier;
use LogicException;
use PHPUnit\Framework\TestCase;
use TypeError;

use function Deskseal\canonical_email;

/** Exceptions: their classes, their codes, and the behaviour that PHP expects of exceptions. */
final class ErrorsTest extends TestCase
{
    /** @return array<string, array{callable(): mixed, class-string, string}> */
    public static function errors(): array
    {
        return [
            'secret' => [fn () => new Signer(''), SecretException::class, 'secret_empty'],
            'input' => [fn () => canonical_email(''), InputException::class, 'email_empty'],
            'verification' => [
                fn () => (new Verifier('example-secret-for-documentation'))->verifyEmail('', ''),
                VerificationException::class,
                'email_empty',
            ],
        ];
    }

    /** @dataProvider errors */
    public function testTheClassSaysWhoIsAtFault(callable $call, string $class, string $code): void
    {
        $exception = self::caught($call);
        self::assertSame([$class, $code], [$exception::class, $exception->errorCode()]);
        self::assertInstanceOf(DesksealException::class, $exception);
        self::assertInstanceOf(\RuntimeException::class, $exception);
        self::assertSame(0, $exception->getCode());
        self::assertNull($exception->getPrevious());
    }

    /** @dataProvider errors */
    public function testTheMessageOfAnErrorIsItsSentence(callable $call, string $class, string $code): void
    {
        $message = self::caught($call)->getMessage();
        self::assertStringEndsWith('.', $message);
        self::assertStringNotContainsString($code, $message);
    }

    public function testAnErrorHasTheFileAndLineOfTheCall(): void
    {
        try {
            canonical_email('');
        } catch (InputException $exception) {
            $calls = array_column($exception->getTrace(), null, 'function');
            $call = $calls['Deskseal\canonical_email'];
            self::assertSame([__FILE__, __LINE__ - 4], [$call['file'], $call['line']]);
            self::assertStringStartsWith(InputException::class . ': ', (string) $exception);
            return;
        }
        self::fail('It is accepted.');
    }

    public function testApplicationsMayCreateErrors(): void
    {
        $cause = new LogicException('the cause');
        foreach ([DesksealException::class, SecretException::class, VerificationException::class] as $class) {
            $exception = new $class('It is too old.', 42, $cause, 'timestamp_expired');
            self::assertSame('It is too old.', $exception->getMessage());
            self::assertSame(42, $exception->getCode());
            self::assertSame($cause, $exception->getPrevious());
            self::assertSame('timestamp_expired', $exception->errorCode());
            self::assertSame([__FILE__, __LINE__ - 5], [$exception->getFile(), $exception->getLine()]);
        }
        $exception = new VerificationException(errorCode: 'signature_mismatch');
        self::assertSame(['', 0, null, 'signature_mismatch'], [
            $exception->getMessage(),
            $exception->getCode(),
            $exception->getPrevious(),
            $exception->errorCode(),
        ]);
        self::assertSame('', (new InputException())->errorCode());
    }

    public function testTheArgumentsOfACreatedErrorAreChecked(): void
    {
        foreach ([[[]], ['', 'no code'], ['', 0, 'no cause'], ['', 0, null, 5]] as $arguments) {
            try {
                new InputException(...$arguments);
                self::fail('It is accepted.');
            } catch (TypeError $error) {
                self::assertMatchesRegularExpression('/Exception::__construct\(\)/', $error->getMessage());
            }
        }
    }

    public function testAnErrorSaysWhetherItIsAboutTheCustomer(): void
    {
        self::assertTrue(self::caught(fn () => canonical_email(''))->isAboutCustomer());
        self::assertFalse(self::caught(fn () => new Signer(''))->isAboutCustomer());
        foreach (['email_empty' => true, 'user_id_too_long' => true, 'host_malformed' => false, 'a_code' => false, '' => false] as $code => $is) {
            self::assertSame($is, (new InputException(errorCode: (string) $code))->isAboutCustomer(), $code);
        }
    }

    public function testErrorsCanBeExtended(): void
    {
        $extended = new class ('A sentence.') extends SecretException {
            protected string $errorCode = 'secret_of_the_application';

            public function __construct(string $message)
            {
                parent::__construct($message, errorCode: $this->errorCode);
            }
        };
        self::assertSame('secret_of_the_application', $extended->errorCode());
        $unmade = new class extends InputException {
            public function __construct()
            {
            }
        };
        self::assertSame('', $unmade->errorCode());
    }

    public function testErrorsCanBeSerialised(): void
    {
        $exception = new InputException('A sentence.', errorCode: 'email_empty');
        // A trace contains the arguments of the test's callers, which PHP does not serialise.
        $trace = new \ReflectionProperty(\Exception::class, 'trace');
        $trace->setValue($exception, []);
        $twin = unserialize(serialize($exception));
        self::assertSame(['A sentence.', 'email_empty'], [$twin->getMessage(), $twin->errorCode()]);
    }

    public function testErrorsAreThrownWhileAnotherIsHandled(): void
    {
        $this->expectException(LogicException::class);
        try {
            canonical_email('');
        } finally {
            try {
                new Signer(null);
            } catch (SecretException $exception) {
                throw new LogicException('later', previous: $exception);
            }
        }
    }

    public function testErrorsDoNotShowWhatTheVisitorSent(): void
    {
        $verifier = new Verifier('example-secret-for-documentation');
        foreach (['evil', '/?user_id=evil', '/?user_id=evil%07&user_id_timestamp=1&user_id_signature=2'] as $url) {
            $exception = self::caught(fn () => $verifier->verifyLink('help.company.com', $url));
            self::assertInstanceOf(VerificationException::class, $exception);
            self::assertStringNotContainsString('evil', $exception->getMessage());
        }
    }

    public function testThePublishedExtensionHasNoFunctionForTests(): void
    {
        self::assertFalse(function_exists('Deskseal\Internal\panic'));
    }

    /** @param callable(): mixed $call */
    private static function caught(callable $call): DesksealException
    {
        try {
            $call();
        } catch (DesksealException $exception) {
            return $exception;
        }
        self::fail('It is accepted.');
    }
}
