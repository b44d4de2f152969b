@extends('page')
@section('title', 'Sign in')
@section('content')
@if (session('alert'))<p role="alert">{{ session('alert') }}</p>@endif
<form method="post">@csrf
  <label>Name <input name="name" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
</form>
@endsection
