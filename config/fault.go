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
type faults struct {
	list []fault
	more int // that are only counted
}

const (
	// maxFaults bounds how many are told: a file of another kind has thousands.
	maxFaults = 50
	// maxKept bounds how many are kept, to be sorted.
	maxKept = 1000
)

func (fs *faults) add(at place, format string, a ...any) {
	if len(fs.list) == maxKept {
		fs.more++
		return
	}
	fs.list = append(fs.list, fault{at, fmt.Sprintf(format, a...)})
}

// err joins the faults in the order of the files and lines, each told once.
func (fs *faults) err() error {
	list := slices.Clone(fs.list)
	slices.SortStableFunc(list, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.line, b.line))
	})
	list = slices.Compact(list)
	errs := make([]error, 0, min(len(list), maxFaults)+1)
	for i, f := range list {
		if i == maxFaults {
			errs = append(errs, fmt.Errorf("%s: and %d more faults", f.file, fs.more+len(list)-maxFaults))
			break
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}
