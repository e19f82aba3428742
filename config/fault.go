package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A place is a line of a file.
type place struct {
	file  string
	order int // of the file among those loaded
	line  int // from 1; 0: the file as a whole
}

func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

// A fault is one thing that is wrong, and where.
type fault struct {
	place
	text string
}

func (f fault) Error() string { return f.place.String() + ": " + f.text }

// faults collects what is wrong, so that all of it can be said at once.
type faults []fault

// maxFaults bounds how many are told: a file of another kind has thousands.
const maxFaults = 50

func (fs *faults) add(at place, format string, a ...any) {
	*fs = append(*fs, fault{at, fmt.Sprintf(format, a...)})
}

// err joins the faults in the order of the files and lines, each told once.
func (fs faults) err() error {
	slices.SortStableFunc(fs, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.line, b.line))
	})
	fs = slices.Compact(fs)
	var errs []error
	for i, f := range fs {
		if i == maxFaults {
			errs = append(errs, fmt.Errorf("%s: and %d more faults", f.file, len(fs)-maxFaults))
			break
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}
