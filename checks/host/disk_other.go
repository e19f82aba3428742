//go:build !linux && !darwin && !freebsd && !windows

package host

import "errors"

const diskSupported = false

func statfs(string) (usage, error) { return usage{}, errors.ErrUnsupported }
