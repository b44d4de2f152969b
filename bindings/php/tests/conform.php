<?php

// The conformance adapter: answers `{id, class?, new?, call, args}` with `{id, value | error}`.

declare(strict_types=1);

use Deskseal\Exception\{DesksealException, InputException, SecretException, VerificationException};

require __DIR__ . '/autoload.php';
const KINDS = [SecretException::class => 'secret', InputException::class => 'input', VerificationException::class => 'verification'];

$camelCase = fn (string $name): string => lcfirst(str_replace('_', '', ucwords($name, '_')));
$snakeCase = fn (string $name): string => strtolower(preg_replace('/[A-Z]/', '_$0', $name));
$renamed = fn (array $fields, callable $case): array => array_combine(array_map($case, array_keys($fields)), $fields);

// An object is text that is ill-formed, or a map; JSON's integers beyond 64 bits arrive as floats.
$decoded = function (mixed $value) use (&$decoded): mixed {
    return match (true) {
        is_array($value) => array_map($decoded, $value),
        is_object($value) => isset($value->utf8) ? hex2bin($value->utf8) : array_map($decoded, (array) $value),
        is_float($value) => $value < 0 ? PHP_INT_MIN : PHP_INT_MAX,
        default => $value,
    };
};
$arguments = fn (object $named): array => $renamed(array_map($decoded, (array) $named), $camelCase);
$made = fn (string $class, array $new): object
    => isset($new['name']) ? $class::fromEnv(...$new) : new $class(...$new + ['secret' => null]);
$callee = fn (object $request): callable => isset($request->class)
    ? [$made("Deskseal\\$request->class", $arguments($request->new)), $camelCase($request->call)]
    : "Deskseal\\$request->call";
while (($line = fgets(STDIN)) !== false) {
    try {
        $request = json_decode($line, flags: JSON_THROW_ON_ERROR);
        $value = $callee($request)(...$arguments($request->args));
        $answer = ['value' => is_object($value) ? $renamed($value->jsonSerialize(), $snakeCase) : $value];
    } catch (DesksealException $exception) {
        $answer = ['error' => ['kind' => KINDS[$exception::class], 'code' => $exception->errorCode()]];
    }
    echo json_encode(['id' => $request->id] + $answer, JSON_THROW_ON_ERROR), "\n";
}
