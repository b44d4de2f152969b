<?php

use App\Customers;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Route;

Route::get('/', fn () => Auth::check() ? view('support') : redirect('/sign-in'));
Route::view('/sign-in', 'sign-in');

Route::post('/sign-in', function (Request $request) {
    $customer = Customers::authenticate((string) $request->input('name'), (string) $request->input('password'));
    if ($customer === null) {
        return redirect('/sign-in')->with('alert', 'This name and password do not match.');
    }
    $request->session()->regenerate();
    $request->session()->put('customer', $customer->getAuthIdentifier());
    return redirect('/');
});

Route::post('/sign-out', function (Request $request) {
    $request->session()->invalidate();
    return redirect('/sign-in');
});
