<?php

// Whether the opcode cache is on, and the JIT.

header('X-Worker: ' . getmypid());
$status = function_exists('opcache_get_status') ? opcache_get_status() : false;
echo json_encode([
    'cached' => $status !== false && isset($status['scripts'][__FILE__]),
    'compiled' => $status !== false && $status['jit']['on'],
]);
