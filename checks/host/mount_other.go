//go:build !linux && !darwin && !freebsd

package host

// refine adds nothing: mounts are not known here.
func (u *usage) refine(string) error { return nil }
