<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use FilesystemIterator;
use RecursiveDirectoryIterator;
use RecursiveIteratorIterator;
use ReflectionClass;
use ReflectionFunction;

/** Reads the library's public names and their documentation. */
final class Library
{
    private const SOURCES = __DIR__ . '/../library/src';

    /** @return array{list<string>, list<string>} the functions and the classes, without internal ones */
    public static function names(): array
    {
        $functions = array_map(
            fn (string $name): string => (new ReflectionFunction($name))->getName(),
            array_filter(get_defined_functions()['user'], fn ($name) => preg_match('/^deskseal\\\\\w+$/', $name) === 1),
        );
        $classes = [];
        $files = new RecursiveDirectoryIterator(self::SOURCES, FilesystemIterator::SKIP_DOTS);
        foreach (new RecursiveIteratorIterator($files) as $file) {
            $path = substr($file->getPathname(), strlen(self::SOURCES) + 1, -strlen('.php'));
            $class = 'Deskseal\\' . strtr($path, '/', '\\');
            // Files of classes have a capital letter.
            $isClass = ctype_upper(basename($path)[0]);
            if ($isClass && !str_contains((new ReflectionClass($class))->getDocComment(), '@internal')) {
                $classes[] = $class;
            }
        }
        return [array_values($functions), $classes];
    }

    /**
     * Returns the comments by the name that they document: functions, classes, and their public methods and properties.
     *
     * @return array<string, string>
     */
    public static function documentation(): array
    {
        [$functions, $classes] = self::names();
        $comments = [];
        foreach ($functions as $function) {
            $comments[$function] = (new ReflectionFunction($function))->getDocComment();
        }
        foreach (array_map(fn ($class) => new ReflectionClass($class), $classes) as $class) {
            $comments[$class->name] = $class->getDocComment();
            foreach ($class->getMethods() as $method) {
                if ($method->isPublic() && str_starts_with($method->class, 'Deskseal\\')) {
                    $comments["$class->name::$method->name"] = $method->getDocComment();
                }
            }
            foreach ($class->getProperties() as $property) {
                if ($property->isPublic()) {
                    $comments["$class->name::\$$property->name"] = $property->getDocComment();
                }
            }
        }
        return array_map(self::text(...), $comments);
    }

    private static function text(string|false $comment): string
    {
        return trim(preg_replace('/^[ \t]*(\/\*\*|\*\/|\* ?)(\s*\*\/)?/m', '', (string) $comment)) . "\n";
    }
}
