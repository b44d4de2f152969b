<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Embed;
use Deskseal\Signer;
use Deskseal\Verifier;
use Error;
use Exception;
use PHPUnit\Framework\TestCase;
use ReflectionClass;
use ReflectionException;
use Stringable;

/** Results: readonly, comparable, and convertible to JSON; dumps show no signature. */
final class ResultsTest extends TestCase
{
    private const SECRET = 'example-secret-for-documentation';
    private const HOST = 'help.company.com';
    private const SIGNATURE = '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92';

    /** The example of SPEC 12.8: some of its fields are null. */
    private const IDENTITY = [
        'class' => 'Verifier',
        'new' => ['secret' => self::SECRET],
        'call' => 'verify_identity_token',
        'args' => [
            'audience' => 'desk-1',
            'token' => 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJkZXNrLTEiLCJzdWIiOiJ1c2VyLTQyIiwiZW1haWwiOiJhZGFAZX'
                . 'hhbXBsZS5jb20iLCJuYW1lIjoiQWRhIExvdmVsYWNlIiwiYXR0cmlidXRlcyI6eyJwbGFuIjoicHJvIiwic2VhdHMiOjV9LCJpYXQiOj'
                . 'E3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjIwMCwianRpIjoidG9rZW4tMSJ9.d9SaOwVFwrQ_T6TnJPaDdjglpvaFenrYzq-PO1BrWQQ',
            'now' => 1767225600,
        ],
        'expect' => [
            'email' => 'ada@example.com',
            'unverified_email' => null,
            'user_id' => 'user-42',
            'name' => 'Ada Lovelace',
            'attributes' => ['plan' => 'pro', 'seats' => 5],
            'token_id' => 'token-1',
            'issued_at' => 1767225600,
            'expires_at' => 1767226200,
            'secret_index' => 0,
        ],
    ];

    /**
     * One result of every class, from the first vector that returns one.
     *
     * @return array<string, array{object, object, array<string, mixed>}> the result, its equal, and the fields
     */
    public static function results(): array
    {
        $results = [];
        foreach (self::vectors() as $class => $vector) {
            [$one, $other] = [self::called($vector), self::called($vector)];
            $results[$class] = [$one, $other, self::named($vector['expect'])];
        }
        // A vector lists only the codes of findings.
        [$one, $other] = $results['Explanation'];
        $results['Explanation'][2] = ['findings' => $one->findings];
        [$one, $other] = [$one->findings[0], $other->findings[0]];
        $results['Finding'] = [$one, $other, ['code' => $one->code, 'message' => $one->message]];
        return $results;
    }

    public function testEveryClassOfResultsIsTested(): void
    {
        self::assertEqualsCanonicalizing(array_keys(self::contract()['results']), array_keys(self::results()));
        foreach (self::results() as $class => [$result]) {
            self::assertSame("Deskseal\\$class", $result::class);
        }
    }

    /** @dataProvider results */
    public function testFieldsCanBeReadInEveryWay(object $result, object $equal, array $fields): void
    {
        self::assertSame($fields, get_object_vars($result));
        self::assertSame($fields, (array) $result);
        $json = $result->jsonSerialize();
        self::assertSame($fields, array_map(fn ($value) => $value instanceof \stdClass ? (array) $value : $value, $json));
        self::assertSame($fields, iterator_to_array((fn () => yield from (array) $result)()));
        foreach ($fields as $name => $value) {
            self::assertSame($value, $result->$name);
            self::assertSame($value !== null, isset($result->$name));
            self::assertSame($value, $result->$name ?? null);
        }
        self::assertFalse(isset($result->another));
    }

    /** @dataProvider results */
    public function testEqualCallsGiveEqualResults(object $result, object $equal): void
    {
        self::assertNotSame($result, $equal);
        self::assertTrue($result == $equal);
        self::assertFalse($result == new \stdClass());
        $signer = new Signer(self::SECRET);
        self::assertFalse($signer->signEmail('a@b') == $signer->signEmail('a@c'));
    }

    /** @dataProvider results */
    public function testResultsAreReadonly(object $result, object $equal, array $fields): void
    {
        $name = array_key_first($fields);
        foreach (
            [
                fn () => $result->$name = 'changed',
                function () use ($result, $name) {
                    unset($result->$name);
                },
                function () use ($result, $name) {
                    $reference = &$result->$name;
                },
                function () use ($result, $name) {
                    $result->$name[] = 'more';
                },
                function () use ($result) {
                    foreach ($result as &$value) {
                        $value = 'changed';
                    }
                },
                fn () => $result->another = 'added',
                fn () => (new \ReflectionProperty($result, $name))->setValue($result, $fields[$name]),
                function () use ($result, $name) {
                    \Closure::bind(fn () => $this->$name = 'changed', $result, $result::class)();
                },
            ] as $way => $change
        ) {
            try {
                @$change();
                self::fail("Way $way is accepted.");
            } catch (Error $error) {
                self::assertTrue($result == $equal, $error->getMessage());
            }
        }
    }

    /** @dataProvider results */
    public function testOnlySignersAndVerifiersCreateResults(object $result, object $equal, array $fields): void
    {
        $class = new ReflectionClass($result);
        try {
            new $class->name(...$fields);
            self::fail('It is constructed.');
        } catch (Error $error) {
            self::assertStringContainsString('private', $error->getMessage());
        }
        try {
            $class->newInstance(...$fields);
            self::fail('It is made.');
        } catch (ReflectionException $exception) {
            self::assertStringContainsString($class->name, $exception->getMessage());
        }
        try {
            $class->getConstructor()->invoke($result, ...array_values($fields));
            self::fail('It is constructed again.');
        } catch (Error $error) {
            self::assertStringContainsString('readonly', $error->getMessage());
        }
        self::assertTrue($result == $equal);
    }

    /** @dataProvider results */
    public function testResultsAreNotSerialised(object $result): void
    {
        $class = $result::class;
        try {
            unserialize('O:' . strlen($class) . ":\"$class\":0:{}");
            self::fail('It is made.');
        } catch (Exception $exception) {
            self::assertSame("Unserialization of '$class' is not allowed", $exception->getMessage());
        }
        $this->expectException(Exception::class);
        $this->expectExceptionMessage("Serialization of '$class' is not allowed");
        serialize($result);
    }

    /** @dataProvider results */
    public function testAResultClassCannotBeExtended(object $result): void
    {
        $ran = Php::ran('class Extended extends ' . $result::class . ' {}');
        self::assertStringContainsString('final class', $ran->output . $ran->errors);
        self::assertSame(255, $ran->exitCode);
    }

    /** @dataProvider results */
    public function testACloneIsEqual(object $result, object $equal, array $fields): void
    {
        $clone = clone $result;
        self::assertNotSame($result, $clone);
        self::assertTrue($result == $clone);
        unset($result);
        self::assertSame($fields, (array) $clone);
        $this->expectException(Error::class);
        $clone->{array_key_first($fields)} = 'changed';
    }

    /** @dataProvider results */
    public function testResultsBecomeJson(object $result, object $equal, array $fields): void
    {
        self::assertSame(json_encode($fields), json_encode($result));
        self::assertSame(array_keys($fields), array_keys(json_decode(json_encode($result), true)));
    }

    /** @dataProvider results */
    public function testDumpsShowTheFieldsButNoSignature(object $result, object $equal, array $fields): void
    {
        ob_start();
        var_dump($result);
        debug_zval_dump($result);
        $dumps = [ob_get_clean(), print_r($result, true)];
        foreach ($dumps as $dump) {
            foreach (array_keys($fields) as $name) {
                self::assertStringContainsString($name, $dump);
            }
            self::assertDoesNotMatchRegularExpression('/[0-9a-f]{64}|example-secret/', $dump);
        }
        $hidden = array_intersect($result instanceof Embed ? ['attributes', 'html'] : ['signature'], array_keys($fields));
        self::assertSame(count($hidden), substr_count($dumps[1], '<hidden>'));
        self::assertSame($fields, (array) $result, 'a dump changes nothing');
    }

    public function testDumpsShowNoToken(): void
    {
        $embed = (new Signer(self::SECRET))->ticketCenterWithToken('desk-1', userId: 'user-42');
        ob_start();
        var_dump($embed);
        debug_zval_dump($embed);
        self::assertStringNotContainsString('eyJ', ob_get_clean() . print_r($embed, true));
        self::assertStringContainsString("data-identity=\"{$embed->attributes['data-identity']}\"", $embed->html);
    }

    public function testAnIdentityWithoutAttributesHasAnObjectInJson(): void
    {
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', self::token(userId: 'user-42'));
        self::assertSame([], $verified->attributes);
        self::assertStringContainsString('"name":null,"attributes":{},', json_encode($verified));
        self::assertSame([false, false], [isset($verified->email), isset($verified->name)]);
    }

    public function testAnUnprovedEmailIsNotTheCustomers(): void
    {
        $token = self::token(email: 'Ada@example.com', emailVerified: false, userId: 'user-42');
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', $token);
        $found = [$verified->email, $verified->unverifiedEmail, $verified->userId];
        self::assertSame([null, 'ada@example.com', 'user-42'], $found);
    }

    public function testChangingACopyOfTheAttributesDoesNotChangeTheIdentity(): void
    {
        $token = self::token(userId: 'user-42', attributes: ['plan' => 'pro', 'is_new' => true]);
        $verified = (new Verifier(self::SECRET))->verifyIdentityToken('desk-1', $token);
        $attributes = $verified->attributes;
        $attributes['plan'] = 'free';
        self::assertSame(['is_new' => true, 'plan' => 'pro'], $verified->attributes);
    }

    public function testAnEmbedRendersItself(): void
    {
        $embed = (new Signer(self::SECRET))->ticketCenter('Ada@example.com', 'desk-1');
        self::assertInstanceOf(Stringable::class, $embed);
        self::assertStringStartsWith("<div id=\"hdh-ticket-center\"></div>\n<script src=", $embed->html);
        self::assertSame([$embed->html, $embed->html], [(string) $embed, $embed->toHtml()]);
        $this->expectOutputString($embed->html);
        echo $embed;
    }

    public function testChangingACopyOfTheAttributesDoesNotChangeTheEmbed(): void
    {
        $embed = (new Signer(self::SECRET))->ticketCenter('ada@example.com', 'desk-1');
        $attributes = $embed->attributes;
        $attributes['data-email'] = 'eve@example.com';
        self::assertSame('ada@example.com', $embed->attributes['data-email']);
        self::assertInstanceOf(Embed::class, $embed);
    }

    public function testAnAnonymousVisitorIsNull(): void
    {
        self::assertNull((new Verifier(self::SECRET))->verifyLink(self::HOST, '/submit-ticket'));
    }

    public function testResultsAreUsableAfterTheirSignerIsDestroyed(): void
    {
        $signer = new Signer(self::SECRET);
        $signed = $signer->signEmail('ada@example.com');
        $sign = $signer->signEmail(...);
        unset($signer);
        gc_collect_cycles();
        self::assertSame(self::SIGNATURE, $signed->signature);
        self::assertTrue($signed == $sign('ada@example.com'));
    }

    private static function token(mixed ...$claims): string
    {
        return (new Signer(self::SECRET))->identityToken('desk-1', ...$claims);
    }

    /** @return array<string, array> the first vector with a result of each class */
    private static function vectors(): array
    {
        $found = ['VerifiedIdentity' => self::IDENTITY];
        foreach (glob(getenv('DESKSEAL_REPOSITORY') . '/tests/vectors/*.json') as $file) {
            foreach (json_decode(file_get_contents($file), true, flags: JSON_THROW_ON_ERROR)['cases'] ?? [] as $case) {
                if (is_array($case['expect'] ?? null) && !isset($case['env'])) {
                    $found[self::classReturnedBy($case)] ??= $case;
                }
            }
        }
        return $found;
    }

    private static function classReturnedBy(array $case): string
    {
        $isCalled = fn (array $call): bool
            => $call['name'] === $case['call'] && ($call['class'] ?? null) === ($case['class'] ?? null);
        $calls = array_filter(self::contract()['call'], $isCalled);
        return rtrim(array_column($calls, 'returns')[0], '?');
    }

    private static function called(array $case): object
    {
        if (!isset($case['class'])) {
            return "Deskseal\\{$case['call']}"(...self::named($case['args']));
        }
        $class = "Deskseal\\{$case['class']}";
        $method = self::camelCase($case['call']);
        return (new $class(...self::named($case['new'])))->$method(...self::named($case['args']));
    }

    /** Returns the values by name, in PHP's spelling. */
    private static function named(array $values): array
    {
        return array_combine(array_map(self::camelCase(...), array_keys($values)), $values);
    }

    private static function camelCase(string $name): string
    {
        return lcfirst(str_replace('_', '', ucwords($name, '_')));
    }

    private static function contract(): array
    {
        return json_decode(file_get_contents(getenv('DESKSEAL_CONTRACT')), true, flags: JSON_THROW_ON_ERROR);
    }
}
