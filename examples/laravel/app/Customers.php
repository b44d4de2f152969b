<?php

namespace App;

use Illuminate\Auth\GenericUser;

/** The customers. A real shop has a database, and a hashed password for each customer. */
class Customers
{
    private const IDS = ['ada' => 1, 'grace' => 2];

    public static function named(string $name): ?GenericUser
    {
        $id = self::IDS[$name] ?? null;
        return $id ? new GenericUser(['id' => $id, 'name' => $name, 'email' => "$name@example.com"]) : null;
    }

    public static function authenticate(string $name, string $password): ?GenericUser
    {
        return hash_equals('example', $password) ? self::named($name) : null;
    }
}
