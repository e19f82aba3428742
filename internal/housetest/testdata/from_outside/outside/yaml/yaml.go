// Package yaml stands for a parser.
package yaml
