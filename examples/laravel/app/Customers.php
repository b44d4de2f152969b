<?php

namespace App;

use Illuminate\Auth\GenericUser;

/** A real shop has a database, and passwords of each customer's own. */
class Customers
{
    private const ALL = [
        1 => ['id' => 1, 'name' => 'ada', 'email' => 'ada@example.com'],
        2 => ['id' => 2, 'name' => 'grace', 'email' => 'grace@example.com'],
    ];

    public static function find(?int $id): ?GenericUser
    {
        return isset(self::ALL[$id]) ? new GenericUser(self::ALL[$id]) : null;
    }

    public static function authenticate(string $name, string $password): ?GenericUser
    {
        $ids = array_column(self::ALL, 'id', 'name');
        return hash_equals('example', $password) ? self::find($ids[$name] ?? null) : null;
    }
}
