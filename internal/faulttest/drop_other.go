//go:build !linux

package faulttest

import (
	"errors"
	"testing"
)

// Dropped needs Linux: elsewhere it returns an error that says so.
func Dropped(testing.TB) (noSYN, established string, err error) {
	return "", "", errors.New("dropping packets needs nftables, which is Linux's")
}
