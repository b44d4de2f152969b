<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use PHPUnit\Framework\TestCase;

/**
 * The package is as PIE expects it, and its configuration names a missing tool and how to install it.
 */
final class PackageTest extends TestCase
{
    /** The keys that the section of extensions may have, in Composer's schema and in PIE. */
    private const SECTION = [
        'extension-name' => 'is_string',
        'priority' => 'is_int',
        'build-path' => 'is_string',
        'support-nts' => 'is_bool',
        'support-zts' => 'is_bool',
        'os-families' => 'is_array',
        'configure-options' => 'is_array',
        'download-url-method' => 'is_array',
    ];

    private static string $folder;

    protected function setUp(): void
    {
        self::$folder = sys_get_temp_dir() . '/deskseal-package-' . bin2hex(random_bytes(8));
        mkdir(self::$folder);
    }

    protected function tearDown(): void
    {
        exec('rm -r ' . escapeshellarg(self::$folder));
    }

    public function testTheSectionOfExtensionsHasOnlyKeysThatPieReads(): void
    {
        $manifest = self::manifest();
        self::assertSame('php-ext', $manifest['type']);
        $section = $manifest['php-ext'];
        self::assertSame([], array_diff_key($section, self::SECTION));
        foreach ($section as $name => $value) {
            self::assertTrue(self::SECTION[$name]($value), $name);
        }
        self::assertSame('deskseal', $section['extension-name']);
        self::assertFileExists(self::repository() . "/{$section['build-path']}/config.m4");
        self::assertSame([], array_diff($section['os-families'], ['linux', 'darwin']));
        self::assertSame(['pre-packaged-binary', 'composer-default'], $section['download-url-method']);
    }

    public function testConfigureHasEveryOptionThatPiePassesOn(): void
    {
        foreach (self::manifest()['php-ext']['configure-options'] as $option) {
            self::assertStringContainsString("--{$option['name']}=", self::configure(['--help'])['output']);
        }
    }

    public function testTheDeclaredVersionsAreBuiltAndTestedBeforeARelease(): void
    {
        preg_match_all('/~(8\.\d+)\.0/', self::manifest()['require']['php'], $declared);
        $workflow = file_get_contents(self::repository() . '/.github/workflows/release-php.yml');
        self::assertStringContainsString('php: ["' . implode('", "', $declared[1]) . '"]', $workflow);
        $readme = file_get_contents(self::repository() . '/bindings/php/README.md');
        self::assertStringContainsString("PHP {$declared[1][0]} to " . end($declared[1]), $readme);
    }

    public function testConfigureWorksFromAnotherFolder(): void
    {
        $configured = self::configure([]);
        self::assertSame(0, $configured['status'], $configured['output']);
        self::assertStringContainsString('checking for libclang... /', $configured['output']);
        exec('make --quiet -C ' . escapeshellarg(self::$folder) . ' clean 2>&1', $output, $status);
        self::assertSame(0, $status, implode("\n", $output));
    }

    public function testInstallingABuiltExtensionNeedsNoCargo(): void
    {
        $make = ['make', '--quiet', '-C', getenv('DESKSEAL_SOURCE') . '/bindings/php', 'CARGO=false', 'install'];
        foreach (['once', 'again'] as $time) {
            $installed = self::answer(self::$folder, [...$make, 'INSTALL_ROOT=' . self::$folder . "/$time"], []);
            self::assertSame(0, $installed['status'], $installed['output']);
            $folder = self::answer(self::$folder, ['php-config', '--extension-dir'], [])['output'];
            self::assertFileEquals(getenv('DESKSEAL_EXTENSION'), self::$folder . "/$time" . trim($folder) . '/deskseal.so');
        }
    }

    public function testConfigureNamesRustupIfCargoIsMissing(): void
    {
        $configured = self::configure(['--with-cargo=' . self::$folder . '/cargo']);
        self::assertRejected('install them with rustup (https://rustup.rs), or pass --with-cargo=PATH.', $configured);
    }

    public function testConfigureNamesRustupIfCargoIsTooOld(): void
    {
        $cargo = self::$folder . '/cargo';
        file_put_contents($cargo, "#!/bin/sh\necho 'cargo 1.65.0 (4bc8f24d3 2022-10-20)'\n");
        chmod($cargo, 0700);
        $configured = self::configure(["--with-cargo=$cargo"]);
        self::assertRejected('install them with rustup (https://rustup.rs), or pass --with-cargo=PATH.', $configured);
        self::assertStringContainsString('... 1.65.0', $configured['output']);
    }

    public function testConfigureSaysHowToGetLibclang(): void
    {
        $configured = self::configure([], ['LIBCLANG_PATH' => self::$folder]);
        self::assertRejected('or set LIBCLANG_PATH to its folder.', $configured);
    }

    public function testConfigureNeedsTheWholeRepository(): void
    {
        mkdir(self::$folder . '/alone/bindings/php', recursive: true);
        $alone = self::$folder . '/alone/bindings/php';
        foreach (['build', 'config.m4', 'configure', 'Makefile.frag', 'config.h.in', 'run-tests.php'] as $name) {
            symlink(getenv('DESKSEAL_SOURCE') . "/bindings/php/$name", "$alone/$name");
        }
        $configured = self::answer(self::$folder, ["$alone/configure"], []);
        self::assertRejected('unpack all of it, and build in its folder bindings/php.', $configured);
    }

    /** @param array{status: int, output: string} $configured */
    private static function assertRejected(string $reason, array $configured): void
    {
        self::assertNotSame(0, $configured['status']);
        self::assertStringEndsWith("$reason\n", $configured['output']);
    }

    /**
     * Runs the configuration of the unpacked sources in a folder of its own.
     *
     * @param list<string> $options
     * @param array<string, string> $environment variables that differ from this process's
     * @return array{status: int, output: string}
     */
    private static function configure(array $options, array $environment = []): array
    {
        $program = getenv('DESKSEAL_SOURCE') . '/bindings/php/configure';
        return self::answer(self::$folder, [$program, ...$options], $environment);
    }

    /**
     * @param list<string> $command
     * @param array<string, string> $environment
     * @return array{status: int, output: string}
     */
    private static function answer(string $folder, array $command, array $environment): array
    {
        $files = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]];
        $process = proc_open($command, $files, $pipes, $folder, $environment + getenv());
        $output = stream_get_contents($pipes[1]);
        return ['status' => proc_close($process), 'output' => $output];
    }

    /** @return array<string, mixed> */
    private static function manifest(): array
    {
        return json_decode(file_get_contents(self::repository() . '/composer.json'), true, flags: JSON_THROW_ON_ERROR);
    }

    private static function repository(): string
    {
        return getenv('DESKSEAL_REPOSITORY');
    }
}
