#!/bin/sh
# Packs what is written in PHP, for Composer: sh packages.sh VERSION FOLDER, which has to be there.
#
# Packagist reads no folder of a repository, so that these packages are files of the release. Composer finds
# them in a folder that is a repository of the type "artifact", where a package says its version itself.
set -eu

version=$1
output=$(cd "$2" && pwd)
cd "$(dirname "$0")"
packed=$(mktemp -d)
trap 'rm -r "$packed"' EXIT

for name in library laravel; do
    # Real files in place of the links to the licences.
    cp -rL "$name" "$packed/$name"
    composer --no-interaction --quiet --working-dir="$packed/$name" config version "$version"
    composer --no-interaction --quiet --working-dir="$packed/$name" archive \
        --format=zip --dir="$output" --file="php_deskseal-$name-$version"
done
