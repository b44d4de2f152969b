<?php

// Proves that the extension leaks no memory and does not misuse any, over 20,000 calls under valgrind.
// There, PHP allocates all memory from the system.
//
//     php -n tests/valgrind.php EXTENSION

declare(strict_types=1);

const CALLS = 20_000;
const SAID_AT_THE_END = CALLS . ' calls';

if (($argv[1] ?? '') === '--calls') {
    (require __DIR__ . '/everything.php')(CALLS, 50);
    echo SAID_AT_THE_END;
    exit;
}

/** Returns the log of valgrind and what the calls printed. */
function watched(string $extension): array
{
    $log = tempnam(sys_get_temp_dir(), 'deskseal-valgrind-');
    $command = [
        'valgrind', "--log-file=$log", '--leak-check=full', '--show-leak-kinds=definite,indirect,possible',
        '--num-callers=40', PHP_BINARY, '-n', '-d', "extension=$extension", __FILE__, '--calls',
    ];
    // PHP's own allocator would hide leaks, and valgrind shows no names of an unloaded library.
    $environment = ['USE_ZEND_ALLOC' => '0', 'ZEND_DONT_UNLOAD_MODULES' => '1'] + getenv();
    $process = proc_open($command, [1 => ['pipe', 'w']], $pipes, env_vars: $environment);
    $printed = stream_get_contents($pipes[1]);
    $exitCode = proc_close($process);
    $lines = preg_replace('/^==\d+== ?/m', '', file_get_contents($log));
    unlink($log);
    return [$lines, $printed, $exitCode];
}

$extension = realpath($argv[1] ?? '') ?: exit("php -n tests/valgrind.php EXTENSION\n");
[$log, $printed, $exitCode] = watched($extension);
if ($printed !== SAID_AT_THE_END || $exitCode !== 0 || !str_contains($log, 'ERROR SUMMARY: ')) {
    exit("The calls did not come to their end.\n$printed\n$log\n");
}
$ours = '/^ +(at|by) 0x\w+: .*(' . preg_quote($extension, '/') . '|deskseal)/m';
$records = array_filter(explode("\n\n", $log), fn ($record) => preg_match($ours, $record) === 1);
echo implode("\n\n", $records), $records === [] ? '' : "\n\n";
$summary = preg_match('/ERROR SUMMARY: .*/', $log, $found) ? $found[0] : '';
printf("%d calls under valgrind: %d records name %s; of all, %s\n", CALLS, count($records), basename($extension), $summary);
exit($records === [] ? 0 : 1);
