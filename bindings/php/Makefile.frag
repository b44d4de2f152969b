# Once built, `sudo make install` needs no cargo: root may have none. By default, Rust links musl statically,
# and then cannot build a module.
$(phplibdir)/deskseal.so: $(DESKSEAL_SOURCES)
	+unset CARGO_BUILD_TARGET; cd "$(DESKSEAL_ROOT)" && PHP="$(PHP_EXECUTABLE)" PHP_CONFIG="$(DESKSEAL_PHP_CONFIG)" \
		"$(CARGO)" build --release --locked --package deskseal-php --target-dir "$(builddir)/target" \
		--config 'target."cfg(target_env=\"musl\")".rustflags=["-Ctarget-feature=-crt-static"]'
	for suffix in so dylib; do \
		library="$(builddir)/target/release/libdeskseal_php.$$suffix"; \
		if test -f "$$library"; then $(INSTALL) "$$library" $@; fi; \
	done

# PHP's build expects libtool's file of a module, which names the library. PHP removes it when installing.
$(phplibdir)/deskseal.la: $(phplibdir)/deskseal.so
	echo "dlname='deskseal.so'" > $@

clean: deskseal-clean

deskseal-clean:
	rm -rf "$(builddir)/target"

.PHONY: deskseal-clean
