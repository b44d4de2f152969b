<?php

declare(strict_types=1);

// Debian's Laravel is older than its PHP, which prints many deprecation notices.
error_reporting(E_ALL & ~E_DEPRECATED);

// These tests run without Composer's autoloader.
require_once 'Illuminate/autoload.php';
require_once 'JsonSchema/autoload.php';
require_once __DIR__ . '/../../tests/autoload.php';
require_once __DIR__ . '/../src/helpers.php';
spl_autoload_register(function (string $class): void {
    foreach (['Deskseal\\Laravel\\Tests\\' => __DIR__, 'Deskseal\\Laravel\\' => __DIR__ . '/../src'] as $prefix => $folder) {
        if (str_starts_with($class, $prefix)) {
            require $folder . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
            return;
        }
    }
});
