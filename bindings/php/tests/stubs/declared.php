<?php

/**
 * Prints as JSON what the extension declares, or what a file declares in its place:
 *
 *     php -n tests/stubs/declared.php stubs/deskseal.stub.php
 */

declare(strict_types=1);

namespace Deskseal\Tests\Stubs;

[$functions, $classes] = [get_defined_functions()['user'], get_declared_classes()];
if ($argv[1] === 'extension') {
    $extension = new \ReflectionExtension('deskseal');
    $declared = [...array_values($extension->getFunctions()), ...array_values($extension->getClasses())];
} else {
    require $argv[1];
    $declared = [
        ...array_map(fn ($name) => new \ReflectionFunction($name), array_diff(get_defined_functions()['user'], $functions)),
        ...array_map(fn ($name) => new \ReflectionClass($name), array_diff(get_declared_classes(), $classes)),
    ];
}
require __DIR__ . '/declarations.php';
$declarations = declarations($declared);
ksort($declarations);
echo json_encode($declarations);
