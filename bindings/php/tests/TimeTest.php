<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use DateTime;
use DateTimeImmutable;
use DateTimeInterface;
use DateTimeZone;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use LogicException;
use PHPUnit\Framework\TestCase;

use function Deskseal\generate_secret;

require_once __DIR__ . '/Moment.php';
require_once __DIR__ . '/Rejections.php';

/** Times to sign and verify with: integers, and PHP's objects. */
final class TimeTest extends TestCase
{
    use Rejections;

    private const SECRET = 'example-secret-for-documentation';
    private const OLD = 'an-older-secret-now-being-replaced';
    private const HOST = 'help.company.com';
    private const SECOND = 1767225600;

    /** @return list<array{DateTimeInterface|int}> */
    public static function moments(): array
    {
        return [
            [self::SECOND],
            [new DateTimeImmutable('2026-01-01 UTC')],
            [new DateTime('2026-01-01 UTC')],
            [new DateTimeImmutable('2026-01-01 00:00:00.999999 UTC')],
            [new DateTimeImmutable('2026-01-01 05:30', new DateTimeZone('+05:30'))],
            [new DateTimeImmutable('2025-12-31 19:00', new DateTimeZone('America/New_York'))],
            [DateTimeImmutable::createFromFormat('U.u', self::SECOND . '.5')],
            [new class ('1999-01-01') extends DateTimeImmutable {
                public function getTimestamp(): int
                {
                    return 1767225600;
                }
            }],
        ];
    }

    /** @dataProvider moments */
    public function testIntegersAndDateObjectsGiveTheSameSignature(DateTimeInterface|int $moment): void
    {
        $signer = new Signer(self::SECRET);
        $signed = $signer->signUser(self::HOST, 'user-42', $moment);
        self::assertEquals($signer->signUser(self::HOST, 'user-42', self::SECOND), $signed);
        self::assertSame(self::SECOND, $signed->timestamp);
        $link = $signer->portalLink('https://' . self::HOST, 'user-42', timestamp: $moment);
        $verifier = new Verifier(self::SECRET, tolerance: 0);
        self::assertSame(self::SECOND, $verifier->verifyLink(self::HOST, $link, now: $moment)?->timestamp);
        $token = $signer->identityToken('desk-1', userId: 'user-42', now: $moment);
        self::assertSame(self::SECOND, $verifier->verifyIdentityToken('desk-1', $token, now: $moment)->issuedAt);
    }

    public function testAFractionBefore1970IsDroppedDownwards(): void
    {
        $almost = DateTimeImmutable::createFromFormat('U.u', '-1.500000');
        self::assertSame('timestamp_malformed', self::code(fn () => (new Signer(self::SECRET))->signUser(self::HOST, 'u', $almost)));
        $last = new DateTimeImmutable('5138-11-16 09:46:39.999999 UTC');
        self::assertSame(99_999_999_999, (new Signer(self::SECRET))->signUser(self::HOST, 'u', $last)->timestamp);
    }

    public function testTheDefaultMomentIsNow(): void
    {
        $signer = new Signer(self::SECRET);
        $before = time();
        $signed = $signer->signUser(self::HOST, 'user-42', null);
        self::assertThat($signed->timestamp, self::logicalAnd(
            self::greaterThanOrEqual($before),
            self::lessThanOrEqual(time()),
        ));
        $link = $signer->portalLink('https://' . self::HOST, 'user-42');
        $verifier = new Verifier(self::SECRET);
        self::assertNotNull($verifier->verifyLink(self::HOST, $link));
        self::assertNotNull($verifier->verifyLink(self::HOST, $link, now: null));
    }

    /** @return array<string, array{mixed}> */
    public static function otherTypes(): array
    {
        return [
            'false' => [false],
            'true' => [true],
            'float' => [1767225600.0],
            'infinity' => [INF],
            'text' => ['1767225600'],
            'array' => [[1767225600]],
            'interval' => [new \DateInterval('PT5M')],
            'object' => [new \stdClass()],
        ];
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsAMoment(mixed $other): void
    {
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        foreach (
            [
                fn () => $signer->signUser("\xFF", '', $other),
                fn () => $signer->portalLink('', '', $other),
                fn () => $verifier->verifyEmail('', '', $other),
                fn () => $verifier->verifyUser('', '', '', '', $other),
                fn () => $verifier->verifyLink('', '', $other),
                fn () => $verifier->explainEmail('', '', now: $other),
                fn () => $verifier->explainLink('', '', now: $other),
                fn () => $signer->identityToken("\xFF", now: $other),
                fn () => $signer->ticketCenterWithToken("\xFF", now: $other),
                fn () => $signer->portalLinkWithToken("\xFF", now: $other),
                fn () => $verifier->verifyIdentityToken('', '', $other),
                fn () => $verifier->explainIdentityToken('', '', now: $other),
            ] as $call
        ) {
            self::assertTypeErrorContains('must be of type DateTimeInterface|int|null, ', $call);
        }
        self::assertTypeErrorContains('($previous) must be a list of pairs', fn () => new Verifier('', [[self::OLD, $other]]));
        self::assertTypeErrorContains('($tolerance) must be of type int, ', fn () => new Verifier('', [], $other));
        self::assertTypeErrorContains('($expiresIn) must be of type int, ', fn () => $signer->identityToken('', expiresIn: $other));
        self::assertTypeErrorContains('($expiresIn) must be of type int, null given', fn () => $signer->identityToken('', expiresIn: null));
        self::assertTypeErrorContains('($tolerance) must be of type int, null given', fn () => new Verifier('', [], null));
    }

    /**
     * @testWith [-1]
     *           [100000000000]
     *           [9223372036854775807]
     */
    public function testIntegersOutOfRangeAreRejectedWithTheirCode(int $beyond): void
    {
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        self::assertSame('timestamp_malformed', self::code(fn () => $signer->signUser(self::HOST, 'u', $beyond)));
        self::assertSame('timestamp_malformed', self::code(fn () => $verifier->verifyEmail('', '', $beyond)));
        self::assertSame('secret_expiry_malformed', self::code(fn () => new Verifier(self::SECRET, [[self::OLD, $beyond]])));
        self::assertSame('tolerance_malformed', self::code(fn () => new Verifier(self::SECRET, tolerance: $beyond)));
        self::assertSame('timestamp_malformed', self::code(fn () => $verifier->explainEmail('', '', now: PHP_INT_MIN)));
        $signed = fn (mixed ...$claims) => $signer->identityToken('desk-1', ...$claims, userId: 'user-42');
        self::assertSame('timestamp_malformed', self::code(fn () => $signed(now: $beyond)));
        self::assertSame('identity_token_claim', self::code(fn () => $signed(expiresIn: $beyond)));
    }

    public function testAnInvalidMomentIsTheCallersFault(): void
    {
        $verifier = new Verifier(self::SECRET);
        foreach (
            [
                fn () => $verifier->verifyEmail('', '', now: -1),
                fn () => $verifier->verifyUser(self::HOST, '', '', '', now: -1),
                fn () => $verifier->verifyLink(self::HOST, '', now: -1),
            ] as $call
        ) {
            try {
                $call();
                self::fail('It is accepted.');
            } catch (InputException $exception) {
                self::assertSame('timestamp_malformed', $exception->errorCode());
            }
        }
        $this->expectException(VerificationException::class);
        $verifier->verifyUser(self::HOST, 'user-42', '-1', '');
    }

    public function testTheDefaultToleranceIs300Seconds(): void
    {
        $link = (new Signer(self::SECRET))->portalLink('https://' . self::HOST, 'user-42', self::SECOND);
        $verifier = new Verifier(self::SECRET);
        self::assertNotNull($verifier->verifyLink(self::HOST, $link, self::SECOND + 300));
        self::assertSame('timestamp_expired', self::code(fn () => $verifier->verifyLink(self::HOST, $link, self::SECOND + 301)));
    }

    /** @dataProvider moments */
    public function testAPreviousSecretExpiresAtItsSecond(DateTimeInterface|int $expiresAt): void
    {
        $signed = (new Signer(self::OLD))->signEmail('ada@example.com');
        putenv('DESKSEAL_TEST=' . generate_secret());
        $previous = [[self::OLD, $expiresAt]];
        foreach ([new Verifier(self::SECRET, $previous), Verifier::fromEnv('DESKSEAL_TEST', $previous)] as $verifier) {
            $verify = fn ($now) => $verifier->verifyEmail($signed->email, $signed->signature, $now);
            self::assertSame(1, $verify(self::SECOND - 1)->secretIndex);
            self::assertSame('signature_mismatch', self::code(fn () => $verify(self::SECOND)));
        }
        putenv('DESKSEAL_TEST');
    }

    /**
     * @testWith [[["an-older-secret-now-being-replaced"]]]
     *           [[["an-older-secret-now-being-replaced", 0, 0]]]
     *           [[{"secret": "an-older-secret-now-being-replaced", "expiresAt": 0}]]
     *           [["an-older-secret-now-being-replaced", 0]]
     *           [{"an-older-secret-now-being-replaced": 0}]
     *           [[null]]
     *           [[[]]]
     *           [[[0, "an-older-secret-now-being-replaced"]]]
     */
    public function testPreviousSecretsMustBePairs(array $previous): void
    {
        self::assertTypeErrorContains('($previous) must be a list of pairs [secret, expiresAt]', fn () => new Verifier('', $previous));
    }

    public function testAMomentOfTheCallersClassMayThrow(): void
    {
        $moment = new Moment(fn () => throw new LogicException('from inside'));
        $verifier = new Verifier(self::SECRET);
        foreach (
            [
                fn () => $verifier->verifyEmail("\xFF", '', $moment),
                fn () => new Verifier(self::SECRET, [[self::OLD, $moment], [self::OLD, self::SECOND]]),
                fn () => (new Signer(self::SECRET))->signUser('', '', $moment),
            ] as $call
        ) {
            try {
                $call();
                self::fail('It is accepted.');
            } catch (LogicException $exception) {
                self::assertSame('from inside', $exception->getMessage());
            }
        }
        $unmade = (new \ReflectionClass(Moment::class))->newInstanceWithoutConstructor();
        $this->expectException(Error::class);
        $verifier->verifyEmail('', '', $unmade);
    }

    public function testAMomentOfTheCallersClassCannotChangeTheSecretsThatAreRead(): void
    {
        $signed = (new Signer(self::OLD))->signEmail('ada@example.com');
        // Neither is a constant, so that only the variable has a reference to it.
        [$old, $pair] = [strrev(strrev(self::OLD)), null];
        $moment = new Moment(function () use (&$old, &$pair): int {
            [$old, $pair] = [str_repeat('x', 34), str_repeat('y', 34)];
            gc_collect_cycles();
            return self::SECOND;
        });
        $pair = [&$old, $moment];
        $verifier = new Verifier(self::SECRET, [&$pair, &$pair]);
        self::assertSame(1, $verifier->verifyEmail($signed->email, $signed->signature, now: 0)->secretIndex);

        $old = strrev(strrev(self::OLD));
        $verifier = new Verifier(self::SECRET);
        $this->expectException(SecretException::class);
        $this->expectExceptionMessage('placeholder');
        $verifier->explainEmail($signed->email, $signed->signature, [&$old], $moment);
    }

    public function testAMomentOfTheCallersClassCannotChangeTheAttributesThatAreRead(): void
    {
        // Not a constant, so that only the variable has a reference to it.
        $plan = strrev('orp');
        $attributes = ['plan' => &$plan];
        $moment = new Moment(function () use (&$plan, &$attributes): int {
            $plan = str_repeat('x', 34);
            $attributes = [];
            gc_collect_cycles();
            return self::SECOND;
        });
        $token = (new Signer(self::SECRET))->identityToken('desk-1', userId: 'user-42', attributes: $attributes, now: $moment);
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', $token, now: self::SECOND);
        self::assertSame(['plan' => 'pro'], $verified->attributes);
    }

    public function testATokenIsValidUntilItsExpiry(): void
    {
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        $verify = fn (string $token, mixed $now) => $verifier->verifyIdentityToken('desk-1', $token, $now);
        self::assertSame('user-42', $verify($signer->identityToken('desk-1', userId: 'user-42'), null)->userId);
        $token = $signer->identityToken('desk-1', userId: 'user-42', now: self::SECOND);
        self::assertSame(self::SECOND + 600, $verify($token, self::SECOND + 599)->expiresAt);
        $expiry = new DateTimeImmutable('2026-01-01 00:10 UTC');
        self::assertSame('identity_token_expired', self::code(fn () => $verify($token, $expiry)));
    }

    public function testAMomentOfTheCallersClassCannotUseAVerifierBeforeItIsConstructed(): void
    {
        $attempts = [];
        $moment = new Moment(function () use (&$attempts): int {
            $frames = debug_backtrace();
            $verifiers = array_filter(array_column($frames, 'object'), fn ($object) => $object instanceof Verifier);
            $verifier = array_values($verifiers)[0];
            $attempts[] = self::error(fn () => $verifier->verifyEmail('ada@example.com', str_repeat('0', 64)));
            $attempts[] = self::error(fn () => $verifier->__construct(self::OLD));
            return self::SECOND;
        });
        $attempts[] = self::error(fn () => new Verifier(self::SECRET, [[self::OLD, $moment]]));
        self::assertSame([
            'Typed property Deskseal\Verifier::$handle must not be accessed before initialization',
            'none',
            'Cannot modify readonly property Deskseal\Verifier::$handle',
        ], $attempts);
    }

    /** @param callable(): mixed $call */
    private static function error(callable $call): string
    {
        try {
            $call();
            return 'none';
        } catch (Error $error) {
            return $error->getMessage();
        }
    }
}
