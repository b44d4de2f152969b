<?php

// The extension's part of phpinfo().

header('X-Worker: ' . getmypid());
(new ReflectionExtension('deskseal'))->info();
