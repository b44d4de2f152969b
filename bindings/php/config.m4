dnl Builds the extension with cargo, from the workspace that this folder is a part of.

PHP_ARG_ENABLE([deskseal],
  [whether to enable deskseal],
  [AS_HELP_STRING([--enable-deskseal], [Enable deskseal])],
  [yes])

PHP_ARG_WITH([cargo],,
  [AS_HELP_STRING([--with-cargo=PATH], [The cargo that builds deskseal, if it is not in PATH])],
  [no],
  [no])

dnl DESKSEAL_LIBCLANG_IN(folder): sets deskseal_libclang to the libclang of the folder, if it has one.
AC_DEFUN([DESKSEAL_LIBCLANG_IN], [
  for deskseal_file in "$1"/libclang.so* "$1"/libclang-[[0-9]]*.so* "$1"/libclang.dylib; do
    AS_IF([test -f "$deskseal_file"], [deskseal_libclang=$deskseal_file])
  done
])

if test "$PHP_DESKSEAL" != "no"; then
  deskseal_root=`cd "$abs_srcdir/../.." && pwd`
  AS_IF([test ! -f "$deskseal_root/Cargo.lock"],
    [AC_MSG_ERROR([$deskseal_root has no Cargo.lock. The extension is built from the whole repository: unpack all of it, and build in its folder bindings/php.])])

  AC_MSG_CHECKING([for PHP 8.2 or newer])
  deskseal_php=`$PHP_CONFIG --version`
  AC_MSG_RESULT([$deskseal_php])
  AS_VERSION_COMPARE([$deskseal_php], [8.2],
    [AC_MSG_ERROR([deskseal needs PHP 8.2 or newer, and $PHP_CONFIG is of PHP $deskseal_php. Pass --with-php-config=PATH for another PHP.])])

  dnl ext-php-rs asks this PHP for its version and build options.
  AS_IF([test ! -x "$PHP_EXECUTABLE"],
    [AC_MSG_ERROR([$PHP_CONFIG names no PHP program that exists. Install PHP's command line, or pass --with-php-config=PATH.])])

  dnl It also needs an absolute path of php-config.
  deskseal_php_config=`command -v "$PHP_CONFIG"`
  case $deskseal_php_config in
    /*) ;;
    *) deskseal_php_config=`pwd`/$deskseal_php_config ;;
  esac

  AS_IF([test "$PHP_CARGO" != "no" && test "$PHP_CARGO" != "yes"],
    [CARGO=$PHP_CARGO],
    [dnl rustup installs cargo there, and not every shell has that folder in PATH.
     AC_PATH_PROG([CARGO], [cargo], [no], [$PATH$PATH_SEPARATOR$HOME/.cargo/bin])])
  deskseal_rust_needed=`$SED -n 's/^rust-version = "\(.*\)"$/\1/p' "$deskseal_root/Cargo.toml"`
  deskseal_rust_advice="deskseal is written in Rust and needs cargo and Rust $deskseal_rust_needed or newer: install them with rustup (https://rustup.rs), or pass --with-cargo=PATH."
  AC_MSG_CHECKING([for Rust $deskseal_rust_needed or newer])
  dnl Run in the workspace, because rustup chooses the toolchain by folder.
  deskseal_rust_found=`cd "$deskseal_root" && "$CARGO" --version 2>/dev/null | $SED -n 's/^cargo \(@<:@0-9.@:>@*\).*/\1/p'`
  AS_IF([test -z "$deskseal_rust_found"],
    [AC_MSG_RESULT([none])
     AC_MSG_ERROR([$deskseal_rust_advice])])
  AC_MSG_RESULT([$deskseal_rust_found])
  AS_VERSION_COMPARE([$deskseal_rust_found], [$deskseal_rust_needed],
    [AC_MSG_ERROR([$deskseal_rust_advice])])

  dnl bindgen loads libclang, and searches these folders too.
  AC_MSG_CHECKING([for libclang])
  deskseal_libclang=
  AS_IF([test -n "$LIBCLANG_PATH"],
    [AS_IF([test -f "$LIBCLANG_PATH"], [deskseal_libclang=$LIBCLANG_PATH])
     DESKSEAL_LIBCLANG_IN([$LIBCLANG_PATH])],
    [deskseal_llvm=`"${LLVM_CONFIG_PATH:-llvm-config}" --prefix 2>/dev/null`
     deskseal_xcode=`xcode-select --print-path 2>/dev/null`
     deskseal_folders=`echo "$LD_LIBRARY_PATH:$LIBRARY_PATH" | tr : ' '`
     for deskseal_folder in /usr/lib* /usr/lib*/* /usr/lib*/*/* /usr/local/lib* /usr/local/lib*/* /usr/local/llvm*/lib* \
       /usr/local/opt/llvm*/lib /Library/Developer/CommandLineTools/usr/lib \
       "$deskseal_xcode/Toolchains/XcodeDefault.xctoolchain/usr/lib" \
       "$deskseal_llvm/lib" "$deskseal_llvm/lib64" $deskseal_folders; do
       DESKSEAL_LIBCLANG_IN([$deskseal_folder])
     done])
  AS_IF([test -z "$deskseal_libclang"],
    [AC_MSG_RESULT([none])
     AC_MSG_ERROR([deskseal reads PHP's headers with libclang: install it (Debian and Ubuntu: libclang-dev, Fedora: clang-devel, Alpine: clang-dev, macOS: xcode-select --install), or set LIBCLANG_PATH to its folder.])])
  AC_MSG_RESULT([$deskseal_libclang])

  DESKSEAL_ROOT=$deskseal_root
  DESKSEAL_SOURCES=`find "$deskseal_root"/Cargo.* "$deskseal_root/core" "$deskseal_root"/bindings/php/*.rs "$deskseal_root"/bindings/php/Cargo.toml "$deskseal_root/bindings/php/src" -type f | tr '\n' ' '`
  DESKSEAL_PHP_CONFIG=$deskseal_php_config
  PHP_SUBST([CARGO])
  PHP_SUBST([DESKSEAL_ROOT])
  PHP_SUBST([DESKSEAL_SOURCES])
  PHP_SUBST([DESKSEAL_PHP_CONFIG])
  PHP_ADD_BUILD_DIR([modules])
  PHP_MODULES="$PHP_MODULES \$(phplibdir)/deskseal.la"
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
