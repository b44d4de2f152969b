<?php

/**
 * Writes PHP's own declaration of functions and classes from their reflection.
 */

declare(strict_types=1);

namespace Deskseal\Tests\Stubs;

/** Whatever has no counterpart in a published extension. */
const UNPUBLISHED = ['Deskseal\documentation', 'Deskseal\panic'];

/**
 * Returns the declarations, by the name that documents each: `Deskseal\Signer::signEmail`.
 *
 * @param list<\ReflectionFunction|\ReflectionClass> $reflections
 * @return array<string, string>
 */
function declarations(array $reflections): array
{
    $declarations = [];
    foreach ($reflections as $reflection) {
        $declarations += $reflection instanceof \ReflectionFunction
            ? [$reflection->getName() => callableDeclaration($reflection)]
            : classDeclarations($reflection);
    }
    return array_diff_key($declarations, array_flip(UNPUBLISHED));
}

/** @return array<string, string> */
function classDeclarations(\ReflectionClass $class): array
{
    $name = $class->getName();
    $declarations = [$name => classDeclaration($class)];
    foreach ($class->getReflectionConstants() as $constant) {
        if ($constant->getDeclaringClass()->getName() === $name) {
            $value = literal($constant->getValue());
            $modifiers = modifiers($constant->getModifiers());
            $declarations["$name::{$constant->getName()}"] = "{$modifiers}const {$constant->getName()} = $value";
        }
    }
    foreach ($class->getProperties() as $property) {
        if ($property->getDeclaringClass()->getName() === $name) {
            $declarations["$name::\${$property->getName()}"] = propertyDeclaration($property);
        }
    }
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass()->getName() === $name) {
            $declarations["$name::{$method->getName()}"] = callableDeclaration($method);
        }
    }
    return $declarations;
}

function classDeclaration(\ReflectionClass $class): string
{
    $parent = $class->getParentClass();
    $inherited = $parent ? $parent->getInterfaceNames() : [];
    $interfaces = array_diff($class->getInterfaceNames(), $inherited);
    sort($interfaces);
    return implode('', [
        $class->isFinal() ? 'final ' : '',
        $class->isAbstract() ? 'abstract ' : '',
        $class->isReadOnly() ? 'readonly ' : '',
        "class {$class->getShortName()}",
        $parent ? " extends \\{$parent->getName()}" : '',
        $interfaces === [] ? '' : ' implements \\' . implode(', \\', $interfaces),
    ]);
}

function propertyDeclaration(\ReflectionProperty $property): string
{
    $type = type($property->getType());
    $default = $property->hasDefaultValue() && $property->getDefaultValue() !== null
        ? ' = ' . literal($property->getDefaultValue())
        : '';
    $isSaidByClass = $property->getDeclaringClass()->isReadOnly();
    $modifiers = $property->getModifiers() & ~($isSaidByClass ? \ReflectionProperty::IS_READONLY : 0);
    return modifiers($modifiers) . ltrim("$type \${$property->getName()}") . $default;
}

function callableDeclaration(\ReflectionFunctionAbstract $callable): string
{
    $parameters = implode(', ', array_map(parameter(...), $callable->getParameters()));
    $type = type($callable->getReturnType());
    $modifiers = $callable instanceof \ReflectionMethod ? modifiers($callable->getModifiers()) : '';
    return "{$modifiers}function {$callable->getShortName()}($parameters)" . ($type === '' ? '' : ": $type");
}

function parameter(\ReflectionParameter $parameter): string
{
    $attributes = array_map(fn ($attribute) => "#[\\{$attribute->getName()}] ", $parameter->getAttributes());
    return implode('', [
        ...$attributes,
        ltrim(type($parameter->getType()) . ' '),
        $parameter->isPassedByReference() ? '&' : '',
        $parameter->isVariadic() ? '...' : '',
        "\${$parameter->getName()}",
        $parameter->isDefaultValueAvailable() ? ' = ' . literal($parameter->getDefaultValue()) : '',
    ]);
}

function modifiers(int $modifiers): string
{
    return implode('', array_map(fn ($modifier) => "$modifier ", \Reflection::getModifierNames($modifiers)));
}

/** The type's parts in their order, since the engine orders those of its own classes otherwise. */
function type(?\ReflectionType $type): string
{
    if ($type === null) {
        return '';
    }
    if ($type instanceof \ReflectionUnionType) {
        $parts = array_map(type(...), $type->getTypes());
        sort($parts);
        return implode('|', $parts);
    }
    $name = $type->getName();
    $name = $type->isBuiltin() || $name === 'self' || $name === 'static' ? $name : "\\$name";
    return $type->allowsNull() && !in_array($name, ['null', 'mixed'], true) ? "?$name" : $name;
}

function literal(mixed $value): string
{
    return match (true) {
        $value === null => 'null',
        $value === [] => '[]',
        default => var_export($value, true),
    };
}
