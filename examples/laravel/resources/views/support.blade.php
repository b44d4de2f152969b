@extends('page')
@section('title', 'Support')
@section('content')
@ticketCenter
@endsection
