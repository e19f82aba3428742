//go:build generate

package docs

//go:generate go run write_flags.go
