<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Internal\Extension;
use PHPUnit\Framework\TestCase;
use ReflectionClass;
use ReflectionExtension;
use ReflectionFunction;
use ReflectionFunctionAbstract;
use ReflectionMethod;
use ReflectionParameter;
use ReflectionProperty;
use SensitiveParameter;

require_once __DIR__ . '/Library.php';

/** The library offers what `tests/api.toml` says: nothing is missing, and nothing is added. */
final class ContractTest extends TestCase
{
    /** How PHP writes the contract's types. */
    private const TYPES = [
        'text' => 'string',
        'text?' => '?string',
        'integer' => 'int',
        'flag' => 'bool',
        'time?' => 'DateTimeInterface|int|null',
        'names' => 'array|string',
        'received' => 'string',
        'secret' => 'string|false|null',
        '[secret]' => 'array',
        '[previous]' => 'array',
        'map' => 'array',
        'attributes' => 'array',
        'attributes?' => '?array',
        '[Finding]' => 'array',
    ];

    /** The parameters that stack traces hide: secrets, signatures and tokens. */
    private const SENSITIVE = ['secret', 'previous', 'otherSecrets', 'signature', 'url', 'token'];

    /** The methods that PHP calls itself. */
    private const HOOKS = ['__debugInfo', '__serialize', '__unserialize'];

    /** The methods of every result, of which `of` is internal; and those that only an embed has. */
    private const RESULT_METHODS = ['jsonSerialize', 'of', ...self::HOOKS];
    private const EMBED_METHODS = ['__toString', 'toHtml', ...self::RESULT_METHODS];

    private const LIBRARY = __DIR__ . '/../library';

    private static array $contract;

    /** @return array<string, array{array}> */
    public static function calls(): array
    {
        $calls = [];
        foreach (self::contract()['call'] as $call) {
            $calls[($call['class'] ?? 'Deskseal') . '.' . $call['name']] = [$call];
        }
        return $calls;
    }

    /** @return array<string, array{string, array}> */
    public static function results(): array
    {
        $results = self::contract()['results'];
        return array_combine(array_keys($results), array_map(null, array_keys($results), $results));
    }

    public function testTheVersionIsTheContracts(): void
    {
        self::assertSame(self::contract()['version'], phpversion('deskseal'));
        self::assertSame(self::contract()['version'], Extension::VERSION);
        $manifest = json_decode(file_get_contents(self::LIBRARY . '/composer.json'), true, flags: JSON_THROW_ON_ERROR);
        self::assertSame(self::contract()['version'], $manifest['require']['ext-deskseal']);
    }

    public function testEveryNameOfTheExtensionIsInternal(): void
    {
        $extension = new ReflectionExtension('deskseal');
        $names = [...array_keys($extension->getFunctions()), ...$extension->getClassNames()];
        self::assertNotSame([], $names);
        foreach ($names as $name) {
            self::assertStringStartsWith('Deskseal\\Internal\\', $name);
        }
        self::assertSame([], $extension->getConstants());
        self::assertSame([], $extension->getINIEntries());
    }

    public function testTheLibraryHasTheContractsNamesAndNoOthers(): void
    {
        [$functionsThere, $classesThere] = Library::names();
        $functions = array_filter(self::contract()['call'], fn ($call) => !isset($call['class']));
        $functions = array_map(fn ($call) => 'Deskseal\\' . self::spelled($call['name']), $functions);
        self::assertEqualsCanonicalizing($functions, $functionsThere);

        $classes = [...array_unique(array_column(self::contract()['call'], 'class')), ...array_keys(self::contract()['results'])];
        $classes = array_map(fn ($class) => "Deskseal\\$class", [...$classes, ...self::exceptions()]);
        self::assertEqualsCanonicalizing($classes, $classesThere);
    }

    /**
     * @testWith ["Signer"]
     *           ["Verifier"]
     */
    public function testAClassHasTheContractsMethodsAndNoOthers(string $class): void
    {
        $calls = array_filter(self::contract()['call'], fn ($call) => ($call['class'] ?? null) === $class);
        $expected = [...array_map(fn ($call) => self::spelled($call['name']), $calls), 'fromNamed', ...self::HOOKS];
        $reflection = new ReflectionClass("Deskseal\\$class");
        $methods = array_column($reflection->getMethods(ReflectionMethod::IS_PUBLIC), 'name');
        self::assertEqualsCanonicalizing($expected, $methods);
        self::assertSame([], $reflection->getProperties(ReflectionProperty::IS_PUBLIC));
        self::assertSame([], $reflection->getConstants());
        self::assertSame([true, true, false], self::traits($reflection));
    }

    /** @dataProvider calls */
    public function testACallHasTheContractsParameters(array $call): void
    {
        $expected = array_map(fn ($parameter) => [
            self::camelCase($parameter['name']),
            self::type($parameter['type']),
            self::default($parameter),
        ], $call['parameters']);
        $actual = array_map(fn (ReflectionParameter $parameter) => [
            $parameter->getName(),
            (string) $parameter->getType(),
            $parameter->isOptional() ? [$parameter->getDefaultValue()] : [],
        ], self::reflection($call)->getParameters());
        self::assertSame($expected, $actual);
    }

    /** @dataProvider calls */
    public function testACallReturnsTheContractsType(array $call): void
    {
        $expected = $call['name'] === 'new' ? '' : self::type($call['returns']);
        $type = (string) self::reflection($call)->getReturnType();
        self::assertSame($expected, $type === 'self' ? "Deskseal\\{$call['class']}" : $type);
    }

    /** @dataProvider calls */
    public function testStackTracesHideSecretsAndSignatures(array $call): void
    {
        foreach (self::reflection($call)->getParameters() as $parameter) {
            $isSensitive = in_array($parameter->getName(), self::SENSITIVE, true);
            self::assertCount((int) $isSensitive, $parameter->getAttributes(SensitiveParameter::class));
        }
        self::assertSame($call['name'] === 'from_env', self::reflection($call) instanceof ReflectionMethod
            && self::reflection($call)->isStatic());
    }

    /** @dataProvider results */
    public function testAResultHasTheContractsFieldsAndNoOthers(string $class, array $fields): void
    {
        $reflection = new ReflectionClass("Deskseal\\$class");
        $expected = array_map(fn ($field) => [self::camelCase($field['name']), self::type($field['type']), true, true], $fields);
        $actual = array_map(fn (ReflectionProperty $property) => [
            $property->getName(),
            (string) $property->getType(),
            $property->isReadOnly(),
            $property->isPublic(),
        ], $reflection->getProperties());
        self::assertSame($expected, $actual);
        self::assertSame([true, true], array_slice(self::traits($reflection), 0, 2));

        $methods = array_column($reflection->getMethods(ReflectionMethod::IS_PUBLIC), 'name');
        self::assertEqualsCanonicalizing($class === 'Embed' ? self::EMBED_METHODS : self::RESULT_METHODS, $methods);
        $interfaces = $class === 'Embed' ? ['JsonSerializable', 'Stringable'] : ['JsonSerializable'];
        self::assertEqualsCanonicalizing($interfaces, $reflection->getInterfaceNames());
    }

    public function testExceptionsAreTheContracts(): void
    {
        [$base, $kinds] = [self::exceptions()[0], array_slice(self::exceptions(), 1)];
        self::assertSame('RuntimeException', get_parent_class("Deskseal\\$base"));
        foreach ($kinds as $kind) {
            self::assertSame("Deskseal\\$base", get_parent_class("Deskseal\\$kind"));
        }
        $reflection = new ReflectionClass("Deskseal\\$base");
        $own = array_filter($reflection->getMethods(), fn ($method) => $method->class === $reflection->name);
        self::assertSame(['__construct', 'errorCode', 'isAboutCustomer'], array_column($own, 'name'));
        self::assertSame('string', (string) $reflection->getMethod('errorCode')->getReturnType());
        self::assertSame('bool', (string) $reflection->getMethod('isAboutCustomer')->getReturnType());
        $parameters = array_map(fn ($parameter) => [
            $parameter->getName(),
            (string) $parameter->getType(),
            $parameter->getDefaultValue(),
        ], $reflection->getConstructor()->getParameters());
        self::assertSame([
            ['message', 'string', ''],
            ['code', 'int', 0],
            ['previous', '?Throwable', null],
            ['errorCode', 'string', ''],
        ], $parameters);
    }

    public function testTheExtensionIsTheInstalledOne(): void
    {
        $mapped = file_get_contents('/proc/self/maps');
        self::assertStringContainsString(realpath(getenv('DESKSEAL_EXTENSION')), $mapped);
    }

    private static function contract(): array
    {
        return self::$contract
            ??= json_decode(file_get_contents(getenv('DESKSEAL_CONTRACT')), true, flags: JSON_THROW_ON_ERROR);
    }

    /** @return list<string> the base, then the kinds */
    private static function exceptions(): array
    {
        $classes = self::contract()['error_classes'];
        $names = [$classes['base'], ...array_map(fn ($kind) => $classes[$kind], array_keys(self::contract()['errors']))];
        return array_map(fn ($name) => self::contract()['names']['php'][$name], $names);
    }

    /** @return array{bool, bool, bool} whether the class is final, readonly, and can be cloned */
    private static function traits(ReflectionClass $class): array
    {
        return [$class->isFinal(), $class->isReadOnly(), $class->isCloneable()];
    }

    private static function reflection(array $call): ReflectionFunctionAbstract
    {
        $name = self::spelled($call['name']);
        return isset($call['class'])
            ? new ReflectionMethod("Deskseal\\{$call['class']}", $name)
            : new ReflectionFunction("Deskseal\\$name");
    }

    private static function spelled(string $name): string
    {
        return self::contract()['names']['php'][$name] ?? self::camelCase($name);
    }

    private static function camelCase(string $name): string
    {
        return lcfirst(str_replace('_', '', ucwords($name, '_')));
    }

    private static function type(string $type): string
    {
        $isOptional = str_ends_with($type, '?');
        return self::TYPES[$type] ?? ($isOptional ? '?' : '') . 'Deskseal\\' . rtrim($type, '?');
    }

    /** @return array{}|array{mixed} */
    private static function default(array $parameter): array
    {
        if (str_ends_with($parameter['type'], '?')) {
            return [null];
        }
        return array_key_exists('default', $parameter) ? [$parameter['default']] : [];
    }
}
