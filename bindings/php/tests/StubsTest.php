<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use PHPUnit\Framework\TestCase;

/**
 * The stubs declare what the extension offers: no more, no less, and nothing else.
 */
final class StubsTest extends TestCase
{
    private const STUBS = __DIR__ . '/../stubs';

    public function testTheStubsDeclareWhatTheExtensionDoes(): void
    {
        $extension = self::declared('-d', 'extension=' . getenv('DESKSEAL_EXTENSION'), 'extension');
        self::assertArrayHasKey('Deskseal\Signer::signEmail', $extension);
        self::assertSame($extension, self::declared(self::STUBS . '/deskseal.stub.php'));
    }

    public function testTheStubsDocumentEveryCodeOfTheContract(): void
    {
        $contract = json_decode(file_get_contents(getenv('DESKSEAL_CONTRACT')), true);
        $stubs = file_get_contents(self::STUBS . '/deskseal.stub.php');
        foreach (array_merge(...array_values($contract['errors'])) as $code) {
            self::assertStringContainsString("`$code`", $stubs);
        }
    }

    public function testNothingLoadsTheStubs(): void
    {
        $manifest = json_decode(file_get_contents(self::STUBS . '/composer.json'), true);
        self::assertArrayNotHasKey('autoload', $manifest);
        self::assertSame('library', $manifest['type']);
    }

    /**
     * Returns what a PHP of its own declares, from the extension or from a file.
     *
     * @return array<string, string>
     */
    private static function declared(string ...$arguments): array
    {
        $source = array_pop($arguments);
        $command = [PHP_BINARY, '-n', ...$arguments, __DIR__ . '/stubs/declared.php', $source];
        $process = proc_open($command, [1 => ['pipe', 'w']], $pipes);
        $output = stream_get_contents($pipes[1]);
        self::assertSame(0, proc_close($process), $output);
        return json_decode($output, true, flags: JSON_THROW_ON_ERROR);
    }
}
