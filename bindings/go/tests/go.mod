module deskseal.test

go 1.24.0

require github.com/deskseal/deskseal/bindings/go v0.1.0
