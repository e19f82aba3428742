// Package cli is the command line: the flags, and a file for each subcommand. It
// is the one package that imports kingpin. [Run] is its whole API:
//
//	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
//
// The packages below know nothing of flags. Each takes a small Options of its
// own, which the subcommands fill in.
package cli
