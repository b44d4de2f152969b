<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Php.php';

/** The adapter of `conform.php` gives the shared vectors' answers. */
final class VectorsTest extends TestCase
{
    private const REQUEST = ['id' => 0, 'class' => 0, 'new' => 0, 'call' => 0, 'args' => 0];

    /** @return array<string, array{array}> */
    public static function vectors(): array
    {
        $files = [];
        foreach (glob(getenv('DESKSEAL_REPOSITORY') . '/tests/vectors/*.json') as $file) {
            $vectors = json_decode(file_get_contents($file), true, flags: JSON_THROW_ON_ERROR);
            if (isset($vectors['cases'])) {
                $files[basename($file, '.json')] = [$file];
            }
        }
        return $files;
    }

    /** @dataProvider vectors */
    public function testEveryVectorIsAnswered(string $file): void
    {
        $vectors = json_decode(file_get_contents($file), flags: JSON_THROW_ON_ERROR);
        self::assertCount($vectors->count, $vectors->cases);
        foreach (self::groupedByEnvironment($vectors->cases) as $cases) {
            self::assertEquals(array_map(self::expected(...), $cases), self::answers($cases));
        }
    }

    public function testThereAreVectors(): void
    {
        self::assertGreaterThan(5, count(self::vectors()));
    }

    /** Cases with the same environment share a process. */
    private static function groupedByEnvironment(array $cases): array
    {
        $groups = [];
        foreach ($cases as $case) {
            $groups[json_encode($case->env ?? null)][] = $case;
        }
        return array_values($groups);
    }

    private static function expected(object $case): object
    {
        $answer = isset($case->error)
            ? ['error' => (object) ['kind' => $case->kind, 'code' => $case->error]]
            : ['value' => $case->expect];
        return (object) (['id' => $case->id] + $answer);
    }

    private static function answers(array $cases): array
    {
        $requests = array_map(fn ($case) => json_encode(array_intersect_key((array) $case, self::REQUEST)) . "\n", $cases);
        $environment = (array) ($cases[0]->env ?? []);
        $ran = Php::ranFile(__DIR__ . '/conform.php', implode('', $requests), $environment);
        self::assertSame(['', 0], [$ran->errors, $ran->exitCode]);
        $answers = array_map(fn ($line) => json_decode($line), explode("\n", trim($ran->output)));
        return array_map(self::withCodesOfFindings(...), $answers);
    }

    /** The vectors list only the codes of findings. */
    private static function withCodesOfFindings(object $answer): object
    {
        if (isset($answer->value->findings)) {
            $answer->value->findings = array_column($answer->value->findings, 'code');
        }
        return $answer;
    }
}
