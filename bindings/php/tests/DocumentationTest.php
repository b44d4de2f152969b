<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Library.php';
require_once __DIR__ . '/Php.php';

/** The documentation: complete, and its examples run. */
final class DocumentationTest extends TestCase
{
    private const EXAMPLE = '/^```php\n(.*?)^```$/ms';

    /** @return array<string, array{string}> */
    public static function examples(): array
    {
        $examples = [];
        foreach (self::documentation() as $name => $comment) {
            preg_match_all(self::EXAMPLE, $comment, $found);
            foreach ($found[1] as $number => $example) {
                $examples["$name $number"] = [$example];
            }
        }
        return $examples;
    }

    /** @dataProvider examples */
    public function testAnExampleRuns(string $example): void
    {
        $ran = Php::ran("$example echo 'ran to its end';", ['error_reporting=-1', 'display_errors=1']);
        self::assertSame(['ran to its end', '', 0], [$ran->output, $ran->errors, $ran->exitCode]);
    }

    public function testEveryFunctionAndClassHasAnExample(): void
    {
        $missing = [];
        foreach (self::documentation() as $name => $comment) {
            self::assertNotSame("\n", $comment, $name);
            $isOfResult = str_contains($name, '$') || preg_match('/::(__\w+|jsonSerialize|of|fromNamed|toHtml|errorCode|isAboutCustomer)$/', $name);
            if (!$isOfResult && !preg_match(self::EXAMPLE, $comment)) {
                $missing[] = $name;
            }
        }
        self::assertSame([], $missing);
    }

    /** @return array<string, array{array}> */
    public static function calls(): array
    {
        $contract = json_decode(file_get_contents(getenv('DESKSEAL_CONTRACT')), true, flags: JSON_THROW_ON_ERROR);
        $calls = [];
        foreach ($contract['call'] as $call) {
            $names = $contract['names']['php'];
            $name = $names[$call['name']] ?? lcfirst(str_replace('_', '', ucwords($call['name'], '_')));
            $calls['Deskseal\\' . (isset($call['class']) ? "{$call['class']}::" : '') . $name] = [$call];
        }
        return $calls;
    }

    /** @dataProvider calls */
    public function testDocumentationNamesEveryErrorAndParameter(array $call): void
    {
        $comment = self::documentation()[$this->dataName()];
        foreach ($call['parameters'] as $parameter) {
            $name = lcfirst(str_replace('_', '', ucwords($parameter['name'], '_')));
            self::assertMatchesRegularExpression("/^@param \S.* \\\$$name /m", $comment);
        }
        $refersToAnother = str_contains($comment, 'those of') || str_contains($comment, 'as in the');
        $codes = $refersToAnother ? [] : [...$call['errors'], ...$call['visitor_errors']];
        foreach ($codes as $code) {
            self::assertStringContainsString("`$code`", $comment);
        }
        self::assertSame($call['parameters'] !== [] || $call['errors'] !== [], str_contains($comment, '@param '));
    }

    public function testEveryCodeOfTheContractIsDocumented(): void
    {
        $contract = json_decode(file_get_contents(getenv('DESKSEAL_CONTRACT')), true, flags: JSON_THROW_ON_ERROR);
        $documentation = implode(self::documentation());
        foreach (array_merge(...array_values($contract['errors'])) as $code) {
            self::assertStringContainsString("`$code`", $documentation);
        }
    }

    /** @return array<string, string> the comments by the name that they document */
    private static function documentation(): array
    {
        return Library::documentation();
    }
}
