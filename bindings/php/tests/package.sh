#!/bin/sh
# Builds the extension from its archive for the PHP in PATH, installs and tests it, and packs it for PIE:
#
#     sh tests/package.sh FOLDER VERSION PLATFORM [GROUP,…]
#
# FOLDER has deskseal.tar.gz, the archive; tools.tar.gz, PHPUnit with its dependencies; and contract.json.
# VERSION and PLATFORM (`x86_64-linux-glibc`) name the packed file, which is written to FOLDER too. The
# GROUPs are groups of tests to exclude, because this system lacks what they need.
set -eu

given=$(cd "$1" && pwd)
version=$2
platform=$3
excluded=${4:+,$4}
work=$(mktemp -d)

tar -xzf "$given/deskseal.tar.gz" -C "$work"
tar -xzf "$given/tools.tar.gz" -C "$work"
cd "$work/deskseal/bindings/php"
phpize
./configure
make
make install
NO_INTERACTION=1 make test

# A second build, with the features that only tests need.
case $platform in
  *-musl) export RUSTFLAGS=-Ctarget-feature=-crt-static ;;
esac
PHP=$(php-config --php-binary)
PHP_CONFIG=$(command -v php-config)
export PHP PHP_CONFIG
cargo build --locked --package deskseal-php --features panic-test --target-dir "$work/instrumented"
for library in "$work"/instrumented/debug/libdeskseal_php.so "$work"/instrumented/debug/libdeskseal_php.dylib; do
  if [ -f "$library" ]; then cp "$library" "$work/instrumented.so"; fi
done

# A folder of settings with only the file that the package has.
mkdir -p "$work/ini/conf.d"
: > "$work/ini/php.ini"
cp deskseal.ini "$work/ini/conf.d"
export PHPRC="$work/ini" PHP_INI_SCAN_DIR="$work/ini/conf.d"
extension=$(php-config --extension-dir)/deskseal.so
export DESKSEAL_EXTENSION="$extension"
export DESKSEAL_SOURCE="$work/deskseal"
export DESKSEAL_REPOSITORY="$work/deskseal"
export DESKSEAL_CONTRACT="$given/contract.json"
export DESKSEAL_PANIC_EXTENSION="$work/instrumented.so"
php "$work/tools/vendor/bin/phpunit" --exclude-group "laravel$excluded"
php tests/leak.php

# The packed extension must run with glibc 2.34, because PIE does not check the version.
case $platform in
  *-glibc)
    newest=$(objdump -T "$extension" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
    test "$(printf 'GLIBC_2.34\n%s\n' "$newest" | sort -V | tail -n 1)" = GLIBC_2.34
    ;;
esac
test "$(wc -c < "$extension")" -le 1500000

minor=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
threads=$(php -r 'echo PHP_ZTS ? "zts" : "nts";')
mkdir "$work/packed"
cp "$extension" LICENSE-APACHE LICENSE-MIT "$work/packed"
cd "$work/packed"
zip "$given/php_deskseal-${version}_php$minor-$platform-$threads.zip" deskseal.so LICENSE-APACHE LICENSE-MIT
