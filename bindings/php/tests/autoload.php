<?php

// Loads the library as its composer.json says: these tests run without Composer.

declare(strict_types=1);

(function (): void {
    $library = dirname(__DIR__) . '/library';
    $autoload = json_decode(file_get_contents("$library/composer.json"), true, flags: JSON_THROW_ON_ERROR)['autoload'];
    spl_autoload_register(function (string $class) use ($library, $autoload): void {
        foreach ($autoload['psr-4'] as $prefix => $folder) {
            $file = "$library/$folder" . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
            if (str_starts_with($class, $prefix) && is_file($file)) {
                require $file;
            }
        }
    });
    foreach ($autoload['files'] as $file) {
        require_once "$library/$file";
    }
})();
