<?php

use App\Customers;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Route;

Route::get('/', fn () => Auth::check() ? view('support') : redirect('/sign-in'));
Route::view('/sign-in', 'sign-in');

Route::post('/sign-in', function (Request $request) {
    $fields = $request->validate(['name' => 'required|string', 'password' => 'required|string']);
    $customer = Customers::authenticate($fields['name'], $fields['password']);
    if ($customer === null) {
        return redirect('/sign-in')->with('alert', 'This name and password do not match.');
    }
    $request->session()->regenerate();
    $request->session()->put('name', $customer->name);
    return redirect('/');
});

Route::post('/sign-out', function (Request $request) {
    $request->session()->invalidate();
    $request->session()->regenerateToken();
    return redirect('/sign-in');
});
