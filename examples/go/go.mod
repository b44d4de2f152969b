module shop

go 1.25.0

require github.com/deskseal/deskseal/bindings/go v0.1.0
