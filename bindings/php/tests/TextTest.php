<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use ArgumentCountError;
use Deskseal\Exception\DesksealException;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use PHPUnit\Framework\TestCase;
use TypeError;

use function Deskseal\response_unless_click;
use function Deskseal\canonical_email;
use function Deskseal\canonical_host;
use function Deskseal\portal_host;
use function Deskseal\public_form_url;

require_once __DIR__ . '/Rejections.php';

/** Text that JSON cannot express, arguments of other types, and PHP's ways to pass arguments. */
final class TextTest extends TestCase
{
    use Rejections;

    private const BAD = "bad \xFF byte";
    private const EMAIL = 'ada@example.com';
    private const HOST = 'help.company.com';
    private const SECRET = 'example-secret-for-documentation';

    /** @return list<array{callable(Signer, Verifier): mixed, class-string, string}> */
    public static function illFormed(): array
    {
        $bad = self::BAD;
        [$input, $secret, $verification] = [InputException::class, SecretException::class, VerificationException::class];
        return [
            [fn () => canonical_email($bad), $input, 'email_malformed'],
            [fn () => canonical_host($bad), $input, 'host_malformed'],
            [fn () => new Signer($bad), $secret, 'secret_malformed'],
            [fn () => Signer::fromEnv($bad), $secret, 'secret_malformed'],
            [fn () => Signer::fromEnv("VITE_$bad"), $secret, 'secret_malformed'],
            [fn () => Signer::fromEnv(['VITE_SECRET', $bad]), $secret, 'secret_malformed'],
            [fn () => public_form_url($bad), $input, 'portal_url_malformed'],
            [fn () => portal_host($bad), $input, 'portal_url_malformed'],
            [fn ($s) => $s->identity($bad, $bad), $input, 'email_malformed'],
            [fn ($s) => $s->identity('', $bad), $input, 'helpdesk_id_malformed'],
            [fn ($s) => $s->signEmail($bad), $input, 'email_malformed'],
            [fn ($s) => $s->signEmail("ada\u{FFFD}\xED\xA0\x80@example.com"), $input, 'email_malformed'],
            [fn ($s) => $s->signUser($bad, $bad), $input, 'host_malformed'],
            [fn ($s) => $s->signUser('', $bad), $input, 'user_id_malformed'],
            [fn ($s) => $s->signUser(self::HOST, $bad, timestamp: -1), $input, 'user_id_malformed'],
            [fn ($s) => $s->portalLink($bad, $bad), $input, 'portal_url_malformed'],
            [fn ($s) => $s->portalLink('http://x', $bad), $input, 'user_id_malformed'],
            [fn ($s) => $s->ticketCenter($bad, $bad), $input, 'email_malformed'],
            [fn ($s) => $s->ticketCenter('', $bad), $input, 'helpdesk_id_malformed'],
            [fn ($s) => $s->ticketCenter('', '', align: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenter('', '', maxWidth: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenter('', '', container: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenter('', '', scriptUrl: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenter('', '', nonce: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->identityToken($bad, $bad, name: $bad), $input, 'host_malformed'],
            [fn ($s) => $s->identityToken('', $bad, userId: $bad), $input, 'email_malformed'],
            [fn ($s) => $s->identityToken('', userId: $bad, name: $bad), $input, 'user_id_malformed'],
            [fn ($s) => $s->identityToken('', name: $bad, now: -1), $input, 'identity_token_claim'],
            [fn ($s) => $s->identityToken('', attributes: [$bad => 1]), $input, 'identity_token_claim'],
            [fn ($s) => $s->identityToken('', attributes: ['a' => 1, 'b' => $bad]), $input, 'identity_token_claim'],
            [fn ($s) => $s->identityToken('', tokenId: $bad, expiresIn: 0), $input, 'identity_token_claim'],
            [fn ($s) => $s->ticketCenterWithToken($bad, $bad), $input, 'helpdesk_id_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', $bad, userId: $bad), $input, 'email_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', userId: $bad, name: $bad), $input, 'user_id_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', name: $bad, align: $bad), $input, 'identity_token_claim'],
            [fn ($s) => $s->ticketCenterWithToken('', attributes: [$bad => 1]), $input, 'identity_token_claim'],
            [fn ($s) => $s->ticketCenterWithToken('', attributes: ['a' => $bad]), $input, 'identity_token_claim'],
            [fn ($s) => $s->ticketCenterWithToken('', tokenId: $bad, nonce: $bad), $input, 'identity_token_claim'],
            [fn ($s) => $s->ticketCenterWithToken('', align: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', maxWidth: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', container: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', scriptUrl: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->ticketCenterWithToken('', nonce: $bad), $input, 'embed_option_malformed'],
            [fn ($s) => $s->portalLinkWithToken($bad, $bad), $input, 'portal_url_malformed'],
            [fn ($s) => $s->portalLinkWithToken('', $bad, userId: $bad), $input, 'email_malformed'],
            [fn ($s) => $s->portalLinkWithToken('', userId: $bad, tokenId: $bad), $input, 'user_id_malformed'],
            [fn ($s) => $s->portalLinkWithToken('', tokenId: $bad, now: -1), $input, 'identity_token_claim'],
            [fn ($s, $v) => $v->verifyIdentityToken($bad, $bad), $input, 'host_malformed'],
            [fn ($s, $v) => $v->verifyIdentityToken('', $bad, now: -1), $verification, 'identity_token_malformed'],
            [fn ($s, $v) => $v->explainIdentityToken($bad, $bad), $input, 'host_malformed'],
            [fn ($s, $v) => $v->explainIdentityToken('', $bad, [$bad]), $verification, 'identity_token_malformed'],
            [fn ($s, $v) => $v->explainIdentityToken('', '', ['', $bad]), $secret, 'secret_malformed'],
            [fn () => new Verifier($bad), $secret, 'secret_malformed'],
            [fn () => new Verifier(null, previous: [[$bad, -1]]), $secret, 'secret_malformed'],
            [fn () => Verifier::fromEnv($bad), $secret, 'secret_malformed'],
            [fn () => Verifier::fromEnv('VITE_', previous: [[$bad, 0]]), $secret, 'secret_malformed'],
            [fn ($s, $v) => $v->verifyEmail($bad, $bad), $verification, 'email_malformed'],
            [fn ($s, $v) => $v->verifyEmail('', $bad), $verification, 'signature_malformed'],
            [fn ($s, $v) => $v->verifyEmail(self::EMAIL, $bad, now: -1), $verification, 'signature_malformed'],
            [fn ($s, $v) => $v->verifyUser($bad, $bad, $bad, $bad, -1), $input, 'host_malformed'],
            [fn ($s, $v) => $v->verifyUser('', $bad, $bad, $bad, -1), $verification, 'user_id_malformed'],
            [fn ($s, $v) => $v->verifyUser('', '', $bad, $bad, -1), $verification, 'timestamp_malformed'],
            [fn ($s, $v) => $v->verifyUser('', '', '', $bad, -1), $verification, 'signature_malformed'],
            [fn ($s, $v) => $v->verifyLink($bad, $bad), $input, 'host_malformed'],
            [fn ($s, $v) => $v->verifyLink('', $bad), $verification, 'portal_url_malformed'],
            [fn ($s, $v) => $v->explainEmail($bad, $bad), $input, 'email_malformed'],
            [fn ($s, $v) => $v->explainEmail('', $bad), $verification, 'signature_malformed'],
            [fn ($s, $v) => $v->explainEmail('', '', otherSecrets: [null, $bad]), $secret, 'secret_malformed'],
            [fn ($s, $v) => $v->explainLink($bad, $bad), $input, 'host_malformed'],
            [fn ($s, $v) => $v->explainLink('', $bad), $input, 'portal_url_malformed'],
            [fn ($s, $v) => $v->explainLink('', '', otherSecrets: ['', $bad]), $secret, 'secret_malformed'],
        ];
    }

    /** @dataProvider illFormed */
    public function testIllFormedTextIsMalformedBeforeEveryOtherCheck(callable $call, string $class, string $code): void
    {
        try {
            $call(new Signer(self::SECRET), new Verifier(self::SECRET));
            self::fail('It is accepted.');
        } catch (DesksealException $exception) {
            self::assertSame([$class, $code], [$exception::class, $exception->errorCode()]);
        }
    }

    /** @return array<string, array{mixed}> */
    public static function otherTypes(): array
    {
        return [
            'null' => [null],
            'false' => [false],
            'true' => [true],
            'integer' => [42],
            'float' => [1.5],
            'array' => [['ada@example.com']],
            'object' => [new \stdClass()],
            'object that becomes a string' => [new \Exception('ada@example.com')],
            'resource' => [STDIN],
            'closure' => [fn () => 'ada@example.com'],
        ];
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsText(mixed $other): void
    {
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        $expected = '/^Deskseal\\\\.+\(\): Argument #\d \(\$\w+\) must be of type \??string, [\w\\\\]+ given, called in /';
        self::assertTypeErrorMatches($expected, fn () => canonical_email($other));
        self::assertTypeErrorMatches($expected, fn () => $signer->signEmail($other));
        self::assertTypeErrorMatches($expected, fn () => $verifier->verifyEmail(self::BAD, $other));
        self::assertTypeErrorMatches($expected, fn () => $verifier->verifyUser('', '', $other, ''));
        if ($other !== null) {
            self::assertTypeErrorMatches($expected, fn () => $signer->ticketCenter('', '', nonce: $other));
        }
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsAName(mixed $other): void
    {
        $expected = '/fromEnv\(\): Argument #1 \(\$name\) must be (of type array\|string, |a string or an array of strings)/';
        foreach (is_array($other) ? [] : [$other, [$other], ['A_NAME', $other]] as $name) {
            self::assertTypeErrorMatches($expected, fn () => Signer::fromEnv($name));
            self::assertTypeErrorMatches($expected, fn () => Verifier::fromEnv($name));
        }
        self::assertTypeErrorMatches($expected, fn () => Signer::fromEnv([['A_NAME']]));
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsAHeader(mixed $other): void
    {
        $expected = '/^Deskseal\\\\response_unless_click\(\): Argument #\d \(\$\w+\) must be /';
        self::assertTypeErrorMatches($expected, fn () => response_unless_click($other, []));
        self::assertTypeErrorMatches($expected, fn () => response_unless_click('/', ['accept' => $other]));
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsAnAttribute(mixed $other): void
    {
        $signer = new Signer(self::SECRET);
        if (!is_bool($other) && !is_int($other)) {
            $expected = '/^Deskseal\\\\Signer::\w+\(\): Argument #6 \(\$attributes\) must be an array of strings, integers and '
                . 'booleans by name$/';
            $attributes = ['a' => 1, 'private' => $other];
            self::assertTypeErrorMatches($expected, fn () => $signer->identityToken(self::BAD, attributes: $attributes));
            self::assertTypeErrorMatches($expected, fn () => $signer->ticketCenterWithToken(self::BAD, attributes: $attributes));
        }
        if ($other !== null && !is_array($other)) {
            $expected = '/\(\$attributes\) must be of type \?array, /';
            self::assertTypeErrorMatches($expected, fn () => $signer->identityToken(self::BAD, attributes: $other));
        }
    }

    public function testAttributesKeepTheirTypes(): void
    {
        $greatest = 2 ** 53 - 1;
        $plan = 'pro';
        $attributes = ['b' => 'ä', 'a' => '5', 'c' => $greatest, 'd' => -$greatest, 'e' => true, 'f' => false, 'g' => &$plan];
        $signer = new Signer(self::SECRET);
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken(
            'desk-1',
            $signer->identityToken('desk-1', userId: 'user-42', attributes: $attributes),
        );
        ksort($attributes);
        self::assertSame($attributes, $verified->attributes);
    }

    public function testANameOrAnIntegerThatNoAttributeMayHaveIsRejectedWithItsCode(): void
    {
        $signer = new Signer(self::SECRET);
        foreach ([['pro'], ['5' => 1], ['A' => 1], ['' => 1], ['a' => 2 ** 53], ['a' => PHP_INT_MAX], ['a' => PHP_INT_MIN]] as $bad) {
            $code = self::code(fn () => $signer->identityToken('desk-1', userId: 'user-42', attributes: $bad));
            self::assertSame('identity_token_claim', $code);
        }
    }

    public function testNullMeansNotGiven(): void
    {
        $token = (new Signer(self::SECRET))->identityToken('desk-1', null, true, 'user-42', null, null, null);
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', $token);
        self::assertSame([null, null, []], [$verified->email, $verified->name, $verified->attributes]);
        self::assertMatchesRegularExpression('/^[A-Za-z0-9_-]{22}$/', $verified->tokenId);
        self::assertSame(600, $verified->expiresAt - $verified->issuedAt);
    }

    public function testIllFormedHeadersAreReadWithReplacementCharacters(): void
    {
        self::assertNull(response_unless_click("/\xFF", ["\xFF" => "\xFF", 7 => 'a number for a name']));
        $answer = response_unless_click("/help\xFF", ['HX-Request' => "\xFF"]);
        self::assertSame("/help\u{FFFD}", $answer->headers['HX-Redirect']);
    }

    public function testAFlagIsTrueOrFalse(): void
    {
        $signer = new Signer(self::SECRET);
        $expected = '/^Deskseal\\\\Signer::ticketCenter\(\): Argument #7 \(\$crossorigin\) must be of type bool, \w+ given, called in /';
        foreach (['anonymous', '', 1, null] as $other) {
            self::assertTypeErrorMatches($expected, fn () => $signer->ticketCenter('', '', crossorigin: $other));
        }
        $embed = $signer->ticketCenter(self::EMAIL, 'desk-1', crossorigin: true);
        self::assertSame('anonymous', $embed->attributes['crossorigin']);
    }

    public function testStrictTypesOfTheCallerDecideWhetherOtherScalarsAreConverted(): void
    {
        $weak = eval('return fn ($id) => (new Deskseal\Signer("' . self::SECRET . '"))->signUser("a.example", $id);');
        self::assertSame('42', $weak(42)->userId);
        foreach ([null, [], new \stdClass()] as $other) {
            self::assertTypeErrorMatches('/must be of type string/', fn () => $weak($other));
        }
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsASecret(mixed $other): void
    {
        if ($other === null || $other === false) {
            self::assertSame('secret_missing', self::code(fn () => new Signer($other)));
            return;
        }
        $verifier = new Verifier(self::SECRET);
        self::assertTypeErrorMatches('/must be of type string\|false\|null, /', fn () => new Signer($other));
        self::assertTypeErrorMatches('/must be of type string\|false\|null, /', fn () => new Verifier($other));
        self::assertTypeErrorMatches('/\(\$previous\) must be a list of pairs /', fn () => new Verifier('', [[$other, 0]]));
        $expected = '/\(\$otherSecrets\) must be an array of secrets/';
        self::assertTypeErrorMatches($expected, fn () => $verifier->explainEmail('', '', [$other]));
    }

    /** @dataProvider otherTypes */
    public function testOtherTypesAreRejectedAsAnArray(mixed $other): void
    {
        if (is_array($other)) {
            $other = self::SECRET;
        }
        $verifier = new Verifier(self::SECRET);
        self::assertTypeErrorMatches('/\(\$previous\) must be of type array/', fn () => new Verifier(null, $other));
        self::assertTypeErrorMatches('/\(\$otherSecrets\) must be of type array/', fn () => $verifier->explainLink('', '', $other));
    }

    public function testATypeErrorDoesNotShowTheValue(): void
    {
        try {
            new Verifier(self::SECRET, [self::SECRET => 0]);
            self::fail('It is accepted.');
        } catch (TypeError $error) {
            self::assertStringNotContainsString(self::SECRET, (string) $error);
        }
    }

    public function testTooFewAndUnknownArgumentsAreRejected(): void
    {
        $signer = new Signer(self::SECRET);
        foreach (
            [
                fn () => $signer->signEmail(),
                fn () => new Signer(),
                fn () => canonical_email(),
                fn () => (new Verifier(self::SECRET))->verifyUser(portalHost: '', userId: '', signature: ''),
            ] as $call
        ) {
            try {
                $call();
                self::fail('It is accepted.');
            } catch (ArgumentCountError $error) {
                self::assertStringContainsString('Deskseal\\', $error->getMessage());
            }
        }
        $this->expectException(Error::class);
        $this->expectExceptionMessage('Unknown named parameter $mail');
        $signer->signEmail(mail: self::EMAIL);
    }

    public function testArgumentsMayBePassedByNameByPositionAndByReference(): void
    {
        $signer = new Signer(secret: self::SECRET);
        $expected = $signer->ticketCenter(self::EMAIL, 'desk-1', null, '1rem', null, null, false, 'abc');
        self::assertEquals(
            $expected,
            $signer->ticketCenter(nonce: 'abc', maxWidth: '1rem', helpdeskId: 'desk-1', email: self::EMAIL),
        );
        $email = self::EMAIL;
        $arguments = [&$email, 'helpdeskId' => 'desk-1', 'nonce' => 'abc', 'maxWidth' => '1rem'];
        self::assertEquals($expected, call_user_func_array([$signer, 'ticketCenter'], $arguments));
        self::assertEquals($expected, $signer->ticketCenter(...)($email, 'desk-1', maxWidth: '1rem', nonce: 'abc'));
        self::assertEquals($signer->signEmail($email), array_map($signer->signEmail(...), [$email])[0]);
    }

    public function testReferencesInArraysAreFollowed(): void
    {
        $old = 'an-older-secret-now-being-replaced';
        $expiresAt = 1767225600;
        $pair = [&$old, &$expiresAt];
        $verifier = new Verifier(self::SECRET, [&$pair]);
        $signed = (new Signer($old))->signEmail(self::EMAIL);
        self::assertSame(1, $verifier->verifyEmail($signed->email, $signed->signature, now: 0)->secretIndex);
        $verifier = new Verifier(self::SECRET);
        $findings = $verifier->explainEmail($signed->email, $signed->signature, [&$old])->findings;
        self::assertSame(['secret_of_other_purpose'], array_column($findings, 'code'));
    }

    public function testAnUndefinedVariableIsNull(): void
    {
        self::assertSame('secret_missing', self::code(fn () => new Signer(@$undefined)));
        self::assertTypeErrorMatches('/must be of type string, null given/', fn () => canonical_email(@$undefined));
    }

    public function testHugeTextIsRejectedWithItsCode(): void
    {
        ini_set('memory_limit', '1G');
        $huge = str_repeat('a', 100_000_000);
        $signer = new Signer(self::SECRET);
        $verifier = new Verifier(self::SECRET);
        self::assertSame('secret_placeholder', self::code(fn () => new Signer($huge)));
        self::assertSame('email_too_long', self::code(fn () => $signer->signEmail("$huge@example.com")));
        self::assertSame('user_id_too_long', self::code(fn () => $signer->signUser(self::HOST, $huge)));
        self::assertSame('embed_option_malformed', self::code(fn () => $signer->ticketCenter(self::EMAIL, 'd', $huge)));
        self::assertSame('signature_malformed', self::code(fn () => $verifier->verifyEmail(self::EMAIL, $huge)));
        self::assertSame('secret_missing', self::code(fn () => Signer::fromEnv($huge)));
        $findings = $verifier->explainEmail($huge, $huge)->findings;
        self::assertSame(['input_too_long'], array_column($findings, 'code'));
    }

    public function testTextMayContainAnyCharacter(): void
    {
        self::assertSame('email_malformed', self::code(fn () => canonical_email("ada\0@example.com")));
        $signed = (new Signer(self::SECRET))->signUser(self::HOST, "\u{1F600}\u{10FFFF}");
        self::assertSame("\u{1F600}\u{10FFFF}", $signed->userId);
    }
}
