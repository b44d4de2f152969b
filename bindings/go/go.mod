module github.com/deskseal/deskseal/bindings/go

go 1.24.0
