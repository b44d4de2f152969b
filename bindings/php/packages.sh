#!/bin/sh
# Packs the PHP code for Composer: sh packages.sh VERSION FOLDER. The folder must exist.
#
# Packagist cannot read a package from a subfolder of a repository, so these packages are files of the release.
# Composer finds them in a folder that is a repository of the type "artifact", where each package must contain
# its version.
set -eu

version=$1
output=$(cd "$2" && pwd)
cd "$(dirname "$0")"
packed=$(mktemp -d)
trap 'rm -r "$packed"' EXIT

for name in library laravel; do
    # Copy the licences as files, not as links.
    cp -rL "$name" "$packed/$name"
    composer --no-interaction --quiet --working-dir="$packed/$name" config version "$version"
    composer --no-interaction --quiet --working-dir="$packed/$name" archive \
        --format=zip --dir="$output" --file="php_deskseal-$name-$version"
done
