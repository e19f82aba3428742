//go:build !linux && !darwin && !freebsd

package host

// refine adds nothing: on this system mounts are not supported.
func (u *usage) refine(string) error { return nil }
