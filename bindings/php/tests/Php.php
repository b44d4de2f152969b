<?php

declare(strict_types=1);

namespace Deskseal\Tests;

/** A process of PHP with only this extension, which loads the library. */
final class Php
{
    /**
     * @param list<string> $settings each as `name=value`
     * @param array<string, string> $environment variables to set besides this process's
     */
    public static function ran(
        string $code,
        array $settings = [],
        ?string $extension = null,
        array $environment = [],
    ): self {
        $code = 'require ' . var_export(__DIR__ . '/autoload.php', true) . ";$code";
        return self::ranCommand(['-r', $code], $settings, $extension, $environment, '');
    }

    /** @param array<string, string> $environment variables to set besides this process's */
    public static function ranFile(string $file, string $input, array $environment = []): self
    {
        return self::ranCommand([$file], [], null, $environment, $input);
    }

    /** Returns the file of the installed extension, or of one that the environment names. */
    public static function extension(string $variable = 'DESKSEAL_EXTENSION'): string
    {
        $extension = getenv($variable);
        if ($extension === false) {
            throw new \RuntimeException("$variable is to name a library");
        }
        return $extension;
    }

    private static function ranCommand(
        array $arguments,
        array $settings,
        ?string $extension,
        array $environment,
        string $input,
    ): self {
        $settings = ['extension=' . ($extension ?? self::extension()), 'zend.assertions=1', ...$settings];
        $options = array_map(fn (string $setting): string => "-d$setting", $settings);
        // Files, because a full pipe on one side would block the other.
        $files = [self::file($input), self::file(), self::file()];
        // The environment is inherited, because proc_open leaves out empty variables.
        array_walk($environment, fn (string $value, string $name) => putenv("$name=$value"));
        $process = proc_open([PHP_BINARY, '-n', ...$options, ...$arguments], $files, $pipes);
        $exitCode = proc_close($process);
        array_walk($environment, fn (string $value, string $name) => putenv($name));
        [, $output, $errors] = array_map(self::contents(...), $files);
        return new self($output, $errors, $exitCode);
    }

    /** @return resource */
    private static function file(string $contents = '')
    {
        $file = tmpfile();
        fwrite($file, $contents);
        rewind($file);
        return $file;
    }

    /** @param resource $file */
    private static function contents($file): string
    {
        rewind($file);
        return stream_get_contents($file);
    }

    private function __construct(
        public readonly string $output,
        public readonly string $errors,
        public readonly int $exitCode,
    ) {
    }
}
