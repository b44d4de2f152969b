<?php

// Debian's Laravel is older than its PHP, which prints many deprecation notices.
error_reporting(E_ALL & ~E_DEPRECATED);
// Where Composer installs Laravel, this file is not needed.
require_once 'Illuminate/autoload.php';
