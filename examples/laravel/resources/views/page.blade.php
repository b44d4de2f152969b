<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>@yield('title')</title>
<nav>
  <details><summary>Help</summary><a href="{{ portalLink() }}">Write to us</a></details>
  @auth
  <form method="post" action="/sign-out">@csrf<button>Sign out {{ Auth::user()->name }}</button></form>
  @endauth
</nav>
<main>
  <h1>@yield('title')</h1>
  @yield('content')
</main>
</html>
