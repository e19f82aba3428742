//go:build !linux

package faulttest

import "net"

// A meter works only on Linux. On other systems the table verifies neither
// descriptors nor the number of bytes read.
type meter struct{ twin int }

func newMeter(net.Conn) *meter { return &meter{twin: -1} }

func (*meter) read() int64 { return 0 }

func (*meter) close() {}

func openDescriptors() map[int]string { return nil }

func connectedTo(string) []int { return nil }
