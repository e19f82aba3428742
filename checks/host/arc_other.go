//go:build windows || (darwin && cgo)

package host

func arc() uint64 { return 0 }
